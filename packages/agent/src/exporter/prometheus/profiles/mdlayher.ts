import type { Family } from '../family.js';
import { joined, labels } from '../names.js';
import type { Profile } from './profile.js';
import { handshakeSeconds, LabelTexts, netnsLabel, visited } from './visited.js';

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

/** The metrics of wireguard_exporter, which dashboard 12177 shows: docs/migrate.md. */
export function mdlayher(): Profile {
  const texts = new LabelTexts();
  return visited((page, shown) => {
    const device = page.samplesOf(DEVICE);
    const allowed = page.samplesOf(ALLOWED_IPS);
    const info = page.samplesOf(PEER);
    const handshake = page.samplesOf(HANDSHAKE);
    const received = page.samplesOf(RECEIVED);
    const sent = page.samplesOf(SENT);
    return {
      device({ series, device: { publicKey = NO_KEY } }) {
        const own = labels([['device', series.device], ['public_key', publicKey], ...netnsLabel(series)]);
        device.add(joined(own, shown.labels), 1);
      },
      peer(view) {
        const { peer, series } = view;
        const own = texts.get(series, [], () =>
          labels([['device', series.device], ['public_key', peer.publicKey], ...netnsLabel(series)]),
        );
        const text = joined(own, shown.labels);
        for (const prefix of peer.allowedIPs) {
          const family = prefix.includes(':') ? 'IPv6' : 'IPv4';
          allowed.add(
            joined(
              labels([
                ['allowed_ips', prefix],
                ['family', family],
              ]),
              text,
            ),
            1,
          );
        }
        info.add(
          joined(
            text,
            labels([
              ['endpoint', peer.endpoint ?? ''],
              ['name', series.peerName ?? ''],
            ]),
          ),
          1,
        );
        handshake.add(text, handshakeSeconds(view));
        received.add(text, peer.receiveBytes);
        sent.add(text, peer.transmitBytes);
      },
    };
  });
}
