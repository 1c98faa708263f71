import { parseEndpoint, type PeerView } from '@wgotel/core';
import type { MindflavorOptions } from '../../../config/configuration.js';
import type { Family } from '../family.js';
import { joined, labels } from '../names.js';
import type { Profile } from './profile.js';
import { handshakeSeconds, Texts, netnsLabel, visited } from './visited.js';

const SENT: Family = { name: 'wireguard_sent_bytes_total', type: 'counter', help: 'Bytes sent to the peer' };
const RECEIVED: Family = {
  name: 'wireguard_received_bytes_total',
  type: 'counter',
  help: 'Bytes received from the peer',
};
const HANDSHAKE: Family = {
  name: 'wireguard_latest_handshake_seconds',
  type: 'gauge',
  help: 'UNIX timestamp seconds of the last handshake',
};
const DELAY: Family = {
  name: 'wireguard_latest_handshake_delay_seconds',
  type: 'gauge',
  help: 'Seconds from the last handshake',
};

/** The metrics of prometheus_wireguard_exporter 3.6.6, with its labels in its order: docs/migrate.md. */
export function mindflavor(options: MindflavorOptions): Profile {
  const texts = new Texts();
  return visited((page, shown) => {
    const [sent, received, handshake] = [page.samplesOf(SENT), page.samplesOf(RECEIVED), page.samplesOf(HANDSHAKE)];
    const delay = options.handshakeDelay ? page.samplesOf(DELAY) : undefined;
    const now = Math.floor(shown.frame.time / 1000);
    return {
      peer(view) {
        const { peer, series } = view;
        const own = texts.get(series, [peer.allowedIPs, peer.endpoint], () => labels(labelsOf(view, options)));
        const text = joined(own, shown.labels);
        const seconds = handshakeSeconds(view);
        sent.add(text, peer.transmitBytes);
        received.add(text, peer.receiveBytes);
        handshake.add(text, seconds);
        delay?.add(text, now - seconds);
      },
    };
  });
}

function labelsOf({ peer, series }: PeerView, options: MindflavorOptions): [name: string, value: string][] {
  const remote = options.remoteIpAndPort && peer.endpoint !== undefined ? parseEndpoint(peer.endpoint) : undefined;
  const separate = peer.allowedIPs.flatMap((prefix, index): [string, string][] => {
    const [address = '', length = ''] = prefix.split('/', 2);
    return [
      [`allowed_ip_${index}`, address],
      [`allowed_subnet_${index}`, length],
    ];
  });
  return [
    ['interface', series.device],
    ['public_key', peer.publicKey],
    ...(options.separateAllowedIps ? [] : [['allowed_ips', peer.allowedIPs.join(',') || '(none)'] as [string, string]]),
    ...(options.friendlyNames && series.peerName !== undefined
      ? [['friendly_name', series.peerName] as [string, string]]
      : []),
    ...(remote ? [['remote_ip', remote.address.replace(/%.*/, '')] as [string, string]] : []),
    ...(options.separateAllowedIps ? separate : []),
    ...(remote ? [['remote_port', String(remote.port)] as [string, string]] : []),
    ...netnsLabel(series),
  ];
}
