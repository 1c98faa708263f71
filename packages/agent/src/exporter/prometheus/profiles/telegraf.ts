import { DEVICE_TYPES, NEVER } from '../../telegraf-values.js';
import type { Family, FamilyType } from '../family.js';
import { joined, labels } from '../names.js';
import type { Profile } from './profile.js';
import { Texts, netnsLabel, visited } from './visited.js';

const family = (name: string, type: FamilyType): Family => ({ name, type, help: 'Telegraf collected metric' });

const LISTEN_PORT = family('wireguard_device_listen_port', 'unknown');
const FIREWALL_MARK = family('wireguard_device_firewall_mark', 'unknown');
const PEERS = family('wireguard_device_peers', 'gauge');
const KEEPALIVE = family('wireguard_peer_persistent_keepalive_interval_ns', 'unknown');
const PROTOCOL = family('wireguard_peer_protocol_version', 'unknown');
const ALLOWED_IPS = family('wireguard_peer_allowed_ips', 'unknown');
const HANDSHAKE = family('wireguard_peer_last_handshake_time_ns', 'gauge');
const RECEIVED = family('wireguard_peer_rx_bytes', 'gauge');
const SENT = family('wireguard_peer_tx_bytes', 'gauge');

/** What Telegraf's input `wireguard` becomes in its Prometheus output: docs/migrate.md. */
export function telegraf(): Profile {
  const texts = new Texts();
  return visited((page, { labels: more }) => {
    const [port, mark, peers] = [page.samplesOf(LISTEN_PORT), page.samplesOf(FIREWALL_MARK), page.samplesOf(PEERS)];
    const [keepalive, protocol, allowed] = [
      page.samplesOf(KEEPALIVE),
      page.samplesOf(PROTOCOL),
      page.samplesOf(ALLOWED_IPS),
    ];
    const [handshake, received, sent] = [page.samplesOf(HANDSHAKE), page.samplesOf(RECEIVED), page.samplesOf(SENT)];
    return {
      device({ series, device, peers: views }) {
        const own = labels([['name', series.device], ['type', DEVICE_TYPES[device.type]], ...netnsLabel(series)]);
        const text = joined(own, more);
        port.add(text, device.listenPort ?? 0);
        mark.add(text, device.firewallMark ?? 0);
        peers.add(text, views.length);
      },
      peer({ peer, series }) {
        const own = texts.get(series, [], () =>
          labels([['device', series.device], ['public_key', peer.publicKey], ...netnsLabel(series)]),
        );
        const text = joined(own, more);
        keepalive.add(text, (peer.persistentKeepaliveInterval ?? 0) * 1e9);
        protocol.add(text, 1);
        allowed.add(text, peer.allowedIPs.length);
        handshake.add(text, peer.lastHandshakeTime === undefined ? Number(NEVER) : peer.lastHandshakeTime * 1e6);
        received.add(text, peer.receiveBytes);
        sent.add(text, peer.transmitBytes);
      },
    };
  });
}
