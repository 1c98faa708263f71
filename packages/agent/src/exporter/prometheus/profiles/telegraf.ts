import type { Series } from '@wgotel/core';
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
  const [plain, withPrefixes] = [new Texts(), new Texts()];
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
        const { publicKey, allowedIPs } = peer;
        // A field of text is a label of the fields that Telegraf writes with it.
        const settings = joined(
          withPrefixes.get(series, [allowedIPs], () =>
            labelsOf(series, publicKey, [['allowed_peer_cidr', allowedIPs.join(',')]]),
          ),
          more,
        );
        keepalive.add(settings, (peer.persistentKeepaliveInterval ?? 0) * 1e9);
        protocol.add(settings, 1);
        allowed.add(settings, allowedIPs.length);
        const text = joined(
          plain.get(series, [], () => labelsOf(series, publicKey)),
          more,
        );
        handshake.add(text, peer.lastHandshakeTime === undefined ? Number(NEVER) : peer.lastHandshakeTime * 1e6);
        received.add(text, peer.receiveBytes);
        sent.add(text, peer.transmitBytes);
      },
    };
  });
}

/** @param before labels that come before the device in the alphabet */
function labelsOf(series: Series, publicKey: string, before: readonly [string, string][] = []): string {
  return labels([...before, ['device', series.device], ['public_key', publicKey], ...netnsLabel(series)]);
}
