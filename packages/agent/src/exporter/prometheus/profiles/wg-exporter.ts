import type { Family } from '../family.js';
import { joined, labels } from '../names.js';
import type { Profile } from './profile.js';
import { handshakeSeconds, Texts, netnsLabel, visited } from './visited.js';

const untyped = (name: string, help: string): Family => ({ name, type: 'unknown', help });

const SERVER = untyped('wg_server_info', 'The port that the interface listens on.');
const HANDSHAKE = untyped('wg_peer_latest_handshake', 'Unix time of the last handshake; 0: never.');
const RECEIVED = untyped('wg_peer_transfer_rx', 'Bytes received from the peer.');
const SENT = untyped('wg_peer_transfer_tx', 'Bytes sent to the peer.');
const STATUS = untyped('wg_peer_connection_status', '1 if the peer is active.');
const CONNECTED = untyped('wg_connected_peers', 'Peers that are active.');

/** The metrics of men1n2's wg-exporter; connected is who is active, as nobody is pinged: docs/migrate.md. */
export function wgExporter(): Profile {
  const texts = new Texts();
  return visited((page, { labels: more }) => {
    const [server, connected, status] = [page.samplesOf(SERVER), page.samplesOf(CONNECTED), page.samplesOf(STATUS)];
    const [handshake, received, sent] = [page.samplesOf(HANDSHAKE), page.samplesOf(RECEIVED), page.samplesOf(SENT)];
    return {
      device({ series, device: { publicKey, listenPort }, peerCounts }) {
        const place = labels([['interface', series.device], ...netnsLabel(series)]);
        connected.add(joined(place, more), peerCounts.active);
        server.add(joined(labels([['pkey', publicKey ?? '(none)']]), place, more), listenPort ?? 0);
      },
      peer(view) {
        const { peer, series, state } = view;
        const own = texts.get(series, [], () =>
          labels([['pkey', peer.publicKey], ['interface', series.device], ...netnsLabel(series)]),
        );
        const text = joined(own, more);
        handshake.add(text, handshakeSeconds(view));
        received.add(text, peer.receiveBytes);
        sent.add(text, peer.transmitBytes);
        status.add(text, Number(state === 'active'));
      },
    };
  });
}
