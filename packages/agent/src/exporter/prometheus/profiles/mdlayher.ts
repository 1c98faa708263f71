import type { Series } from '@wgotel/core';
import type { Family } from '../family.js';
import { joined, labels } from '../names.js';
import type { Profile } from './profile.js';
import { handshakeSeconds, Texts, netnsLabel, visited } from './visited.js';

const DEVICE: Family = { name: 'wireguard_device_info', type: 'gauge', help: 'Metadata about a device.' };
const ALLOWED_IPS: Family = {
  name: 'wireguard_peer_allowed_ips_info',
  type: 'gauge',
  help: "Metadata about each of a peer's allowed IP subnets for a given device.",
};
const PEER: Family = {
  name: 'wireguard_peer_info',
  type: 'gauge',
  help: "Metadata about a peer. The public_key label on peer metrics refers to the peer's public key; not the device's public key.",
};
const HANDSHAKE: Family = {
  name: 'wireguard_peer_last_handshake_seconds',
  type: 'gauge',
  help: 'UNIX timestamp for the last handshake with a given peer.',
};
const RECEIVED: Family = {
  name: 'wireguard_peer_receive_bytes_total',
  type: 'counter',
  help: 'Number of bytes received from a given peer.',
};
const SENT: Family = {
  name: 'wireguard_peer_transmit_bytes_total',
  type: 'counter',
  help: 'Number of bytes transmitted to a given peer.',
};

/** What Go makes of a key that is not there. */
const NO_KEY = Buffer.alloc(32).toString('base64');

/** The metrics of wireguard_exporter, which dashboard 12177 shows, with labels in its order: docs/migrate.md. */
export function mdlayher(): Profile {
  const [plain, infos, prefixes] = [new Texts(), new Texts(), new Texts<readonly string[]>()];
  return visited((page, { labels: more }) => {
    const device = page.samplesOf(DEVICE);
    const allowed = page.samplesOf(ALLOWED_IPS);
    const info = page.samplesOf(PEER);
    const handshake = page.samplesOf(HANDSHAKE);
    const received = page.samplesOf(RECEIVED);
    const sent = page.samplesOf(SENT);
    return {
      device({ series, device: { publicKey = NO_KEY } }) {
        device.add(joined(labelsOf(series, publicKey), more), 1);
      },
      peer(view) {
        const { peer, series } = view;
        const { publicKey, allowedIPs, endpoint = '' } = peer;
        for (const text of prefixes.get(series, [allowedIPs], () =>
          allowedIPs.map((prefix) => {
            const family = prefix.includes(':') ? 'IPv6' : 'IPv4';
            return joined(labels([['allowed_ips', prefix]]), labelsOf(series, publicKey, [['family', family]]));
          }),
        )) {
          allowed.add(joined(text, more), 1);
        }
        const { peerName = '' } = series;
        const own = infos.get(series, [endpoint], () =>
          labelsOf(series, publicKey, [
            ['endpoint', endpoint],
            ['name', peerName],
          ]),
        );
        info.add(joined(own, more), 1);
        const text = joined(
          plain.get(series, [], () => labelsOf(series, publicKey)),
          more,
        );
        handshake.add(text, handshakeSeconds(view));
        received.add(text, peer.receiveBytes);
        sent.add(text, peer.transmitBytes);
      },
    };
  });
}

/** @param between labels that come between the device and the key in the alphabet */
function labelsOf(series: Series, publicKey: string, between: readonly [string, string][] = []): string {
  return labels([['device', series.device], ...between, ...netnsLabel(series), ['public_key', publicKey]]);
}
