import type { PeerView } from '@wgotel/core';
import type { WgEasyOptions } from '../../../config/configuration.js';
import type { Family } from '../family.js';
import { joined, labels } from '../names.js';
import type { Profile } from './profile.js';
import { Texts, netnsLabel, visited } from './visited.js';

const CONFIGURED: Family = { name: 'wireguard_configured_peers', type: 'gauge', help: 'Peers of the interface.' };
const ENABLED: Family = {
  name: 'wireguard_enabled_peers',
  type: 'gauge',
  help: 'Peers of the interface that are not disabled.',
};
const CONNECTED: Family = {
  name: 'wireguard_connected_peers',
  type: 'gauge',
  help: 'Peers with a handshake in the last ten minutes.',
};
const SENT: Family = { name: 'wireguard_sent_bytes', type: 'counter', help: 'Bytes sent to the peer' };
const RECEIVED: Family = { name: 'wireguard_received_bytes', type: 'counter', help: 'Bytes received from the peer' };
/** An age, whatever it is called. */
const HANDSHAKE: Family = {
  name: 'wireguard_latest_handshake_seconds',
  type: 'gauge',
  help: 'UNIX timestamp seconds of the last handshake',
};

/** Who had a handshake since then counts as connected, in milliseconds. */
const CONNECTED_FOR = 10 * 60_000;

/** The metrics of wg-easy, those of version 15 or those before it: docs/migrate.md. */
export function wgEasy(options: WgEasyOptions): Profile {
  const texts = new Texts();
  return visited((page, { frame, labels: more }) => {
    const counts = [page.samplesOf(CONFIGURED), page.samplesOf(ENABLED)];
    const connected = page.samplesOf(CONNECTED);
    const [sent, received, handshake] = [page.samplesOf(SENT), page.samplesOf(RECEIVED), page.samplesOf(HANDSHAKE)];
    const age = ({ peer }: PeerView): number | undefined =>
      peer.lastHandshakeTime === undefined ? undefined : Math.max(0, frame.time - peer.lastHandshakeTime);
    return {
      device({ series, peers }) {
        const text = joined(labels([['interface', series.device], ...netnsLabel(series)]), more);
        for (const count of counts) count.add(text, peers.length);
        connected.add(text, peers.filter((view) => (age(view) ?? Infinity) < CONNECTED_FOR).length);
      },
      peer(view) {
        const { peer, series } = view;
        const text = joined(
          texts.get(series, [peer.allowedIPs], () => labels(labelsOf(view, options))),
          more,
        );
        sent.add(text, peer.transmitBytes);
        received.add(text, peer.receiveBytes);
        handshake.add(text, (age(view) ?? 0) / 1000);
      },
    };
  });
}

/** A peer without a name has its id there, as there are no keys beside it. */
function labelsOf({ peer, series }: PeerView, { addresses }: WgEasyOptions): [name: string, value: string][] {
  const address = (isWanted: (prefix: string) => boolean): string =>
    peer.allowedIPs.find(isWanted)?.split('/', 1)[0] ?? '';
  const v4 = address((prefix) => !prefix.includes(':'));
  const v6 = address((prefix) => prefix.includes(':'));
  return [
    ['interface', series.device],
    ['enabled', 'true'],
    ...(addresses === 'both'
      ? ([
          ['ipv4Address', v4],
          ['ipv6Address', v6],
        ] as [string, string][])
      : [['address', v4] as [string, string]]),
    ['name', series.peerName ?? series.peerId ?? ''],
    ...netnsLabel(series),
  ];
}
