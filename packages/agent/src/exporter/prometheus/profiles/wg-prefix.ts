import { METRICS, MetricView, type MetricsSettings, type PointSink, type Series } from '@wgotel/core';
import type { Family } from '../family.js';
import { joined, labels } from '../names.js';
import type { Page } from '../page.js';
import type { Profile, Shown } from './profile.js';
import { Texts, netnsLabel, visited } from './visited.js';

const HANDSHAKE: Family = {
  name: 'wg_peer_latest_handshake_seconds',
  type: 'gauge',
  help: 'Unix time of the last handshake. Absent: never.',
};
const RECEIVED: Family = { name: 'wg_peer_rx_bytes_total', type: 'counter', help: 'Bytes received from the peer.' };
const SENT: Family = { name: 'wg_peer_tx_bytes_total', type: 'counter', help: 'Bytes sent to the peer.' };
const ALL_RECEIVED: Family = {
  name: 'wg_interface_rx_bytes_total',
  type: 'counter',
  help: 'Bytes received from all peers, those that are gone included.',
};
const ALL_SENT: Family = {
  name: 'wg_interface_tx_bytes_total',
  type: 'counter',
  help: 'Bytes sent to all peers, those that are gone included.',
};

/** Sums that do not fall when a peer goes. */
const SUMS: MetricsSettings = Object.fromEntries(
  METRICS.map(({ name }) => [
    name,
    name === 'wireguard.peer.io'
      ? { attributes: ['network.interface.name', 'network.io.direction'] }
      : { enabled: false },
  ]),
);

/** Names that begin with `wg_`, as articles on monitoring WireGuard have them: docs/migrate.md. */
export function wgPrefix(): Profile {
  const texts = new Texts();
  const sums = new WeakMap<object, MetricView>();
  const peers = visited((page, { labels: more }) => {
    const [handshake, received, sent] = [page.samplesOf(HANDSHAKE), page.samplesOf(RECEIVED), page.samplesOf(SENT)];
    return {
      peer({ peer, series }) {
        const own = texts.get(series, [], () =>
          labels([
            ['interface', series.device],
            ['public_key', peer.publicKey],
            ...(series.peerName === undefined ? [] : [['name', series.peerName] as [string, string]]),
            ...netnsLabel(series),
          ]),
        );
        const text = joined(own, more);
        if (peer.lastHandshakeTime !== undefined) handshake.add(text, peer.lastHandshakeTime / 1000);
        received.add(text, peer.receiveBytes);
        sent.add(text, peer.transmitBytes);
      },
    };
  });
  return {
    addsUp: () => true,
    *write(shown, page) {
      yield* peers.write(shown, page);
      let view = sums.get(shown.receiver);
      if (view === undefined) sums.set(shown.receiver, (view = new MetricView(SUMS)));
      const sink = new InterfaceSums(page, shown);
      yield* view.visit(shown.frame, shown.now, sink);
      sink.end();
    },
  };
}

/** Takes sums of devices; those of peers beyond the peer limit come apart. */
class InterfaceSums implements PointSink {
  readonly #page: Page;
  readonly #more: string;
  readonly #sums = new Map<string, Record<'receive' | 'transmit', number>>();

  constructor(page: Page, { labels: more }: Shown) {
    this.#page = page;
    this.#more = more;
  }

  metric(): void {
    // There is but one.
  }

  point(
    series: Series | undefined,
    { attributes }: Parameters<PointSink['point']>[1],
    _start: number,
    _time: number,
    value: number,
  ): void {
    if (series === undefined) return;
    const text = joined(labels([['interface', series.device], ...netnsLabel(series)]), this.#more);
    let sums = this.#sums.get(text);
    if (sums === undefined) this.#sums.set(text, (sums = { receive: 0, transmit: 0 }));
    sums[attributes['network.io.direction'] as 'receive' | 'transmit'] += value;
  }

  end(): void {
    const [received, sent] = [this.#page.samplesOf(ALL_RECEIVED), this.#page.samplesOf(ALL_SENT)];
    for (const [text, { receive, transmit }] of this.#sums) {
      received.add(text, receive);
      sent.add(text, transmit);
    }
  }
}
