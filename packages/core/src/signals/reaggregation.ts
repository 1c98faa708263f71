import { Series } from '../state/series.js';
import { dimension, type Dimension } from './attributes.js';
import type { AggregationStrategy } from './metric-settings.js';
import type { Metric } from './metric.js';
import { ATTR_OTEL_METRIC_OVERFLOW, ATTR_PEER_ID, ATTR_PEER_NAME, ATTR_PEER_PUBLIC_KEY } from './names.js';
import type { PointSink } from './point-sink.js';

/** What becomes of a metric whose points are put together. */
export interface Reduction {
  /** Attributes that are kept; the device's own are in any case. */
  readonly keep: ReadonlySet<string>;
  readonly strategy: AggregationStrategy;
}

/** Points put together. */
interface Group {
  readonly series: Series | undefined;
  readonly dimension: Dimension;
  startTime: number;
  time: number;
  value: number;
  /** Points of this walk. */
  count: number;
}

/** A sum as it was when it was last seen. */
interface Seen {
  startTime: number;
  value: number;
}

/** Puts points together that only attributes to be left out told apart. A cumulative sum is put together from what it gained
 *  since the walk before: so it never falls, whoever goes, and is reset only by being made anew. */
export class Reaggregation {
  readonly #states: ReadonlyMap<Metric, MetricState>;

  constructor(reductions: ReadonlyMap<Metric, Reduction>) {
    this.#states = new Map([...reductions].map(([metric, reduction]) => [metric, new MetricState(metric, reduction)]));
  }

  /** Makes the sink of one walk, to be ended when the walk is. */
  walk(sink: PointSink): PointSink & { end(): void } {
    let state: MetricState | undefined;
    for (const each of this.#states.values()) each.begin();
    return {
      metric: (metric) => {
        state = this.#states.get(metric);
        if (state === undefined) sink.metric(metric);
      },
      point: (series, dim, startTime, time, value) => {
        if (state === undefined) sink.point(series, dim, startTime, time, value);
        else state.add(series, dim, startTime, time, value);
      },
      end: () => {
        for (const each of this.#states.values()) each.end(sink);
      },
    };
  }
}

class MetricState {
  readonly #metric: Metric;
  readonly #reduction: Reduction;
  readonly #groups = new Map<string, Group>();
  /** By what stays the same when a peer is renamed, then by the index of the dimension. */
  readonly #seen = new WeakMap<object, Seen[]>();
  readonly #dimensions: Dimension[] = [];
  /** Time of the newest point of the walk before. `undefined`: there was none. */
  #walkedAt: number | undefined;
  #newest: number | undefined;

  constructor(metric: Metric, reduction: Reduction) {
    this.#metric = metric;
    this.#reduction = reduction;
  }

  begin(): void {
    for (const group of this.#groups.values()) group.count = 0;
    this.#walkedAt = this.#newest;
  }

  add(series: Series | undefined, dim: Dimension, startTime: number, time: number, value: number): void {
    const group = this.#group(series, dim, startTime);
    if (this.#metric.kind === 'counter') {
      group.value += this.#gain(series, dim, startTime, value);
    } else {
      group.value = group.count === 0 ? value : combine(this.#reduction.strategy, group.value, value);
    }
    group.time = group.count === 0 ? time : Math.max(group.time, time);
    group.count++;
    this.#newest = Math.max(this.#newest ?? time, time);
  }

  end(sink: PointSink): void {
    sink.metric(this.#metric);
    for (const [key, group] of this.#groups) {
      // A counter's sum is kept for when its points come back; of the rest there is nothing to keep.
      if (group.count === 0) {
        if (this.#metric.kind !== 'counter') this.#groups.delete(key);
        continue;
      }
      const value =
        this.#reduction.strategy === 'avg' && this.#metric.kind !== 'counter' ? group.value / group.count : group.value;
      sink.point(group.series, group.dimension, group.startTime, group.time, value);
    }
  }

  /** What a counter gained since it was seen last. One that is new and began before the walk before was hidden, not new: what
   *  it had by now is no gain. */
  #gain(series: Series | undefined, dim: Dimension, startTime: number, value: number): number {
    const identity = series?.identity ?? this;
    let all = this.#seen.get(identity);
    if (all === undefined) this.#seen.set(identity, (all = []));
    const before = all[dim.index];
    if (before === undefined) {
      all[dim.index] = { startTime, value };
      return this.#walkedAt === undefined || startTime >= this.#walkedAt ? value : 0;
    }
    const gain = startTime > before.startTime || value < before.value ? value : value - before.value;
    before.startTime = startTime;
    before.value = value;
    return gain;
  }

  #group(series: Series | undefined, dim: Dimension, startTime: number): Group {
    const { keep } = this.#reduction;
    const id = keep.has(ATTR_PEER_ID) ? series?.peerId : undefined;
    const name = keep.has(ATTR_PEER_NAME) ? series?.peerName : undefined;
    // As good as the id, which it is there beside.
    const publicKey = keep.has(ATTR_PEER_ID) || keep.has(ATTR_PEER_PUBLIC_KEY) ? series?.publicKey : undefined;
    const reduced = (this.#dimensions[dim.index] ??= this.#reduce(dim));
    const key = [series?.netns, series?.device, id, name, publicKey, reduced.index].join('\0');
    let group = this.#groups.get(key);
    if (group === undefined) {
      const own = series && new Series(series.device, id, name, series.netns, publicKey);
      group = { series: own, dimension: reduced, startTime, time: 0, value: 0, count: 0 };
      this.#groups.set(key, group);
    } else if (this.#walkedAt === undefined || this.#metric.kind !== 'counter') {
      group.startTime = Math.min(group.startTime, startTime);
    }
    return group;
  }

  #reduce(dim: Dimension): Dimension {
    const kept = Object.entries(dim.attributes).filter(
      ([name]) => this.#reduction.keep.has(name) || name === ATTR_OTEL_METRIC_OVERFLOW,
    );
    const attributes = Object.fromEntries(kept);
    const text = JSON.stringify(attributes);
    return (
      this.#dimensions.find((one) => one !== undefined && JSON.stringify(one.attributes) === text) ??
      dimension(attributes)
    );
  }
}

function combine(strategy: AggregationStrategy, a: number, b: number): number {
  if (strategy === 'min') return Math.min(a, b);
  return strategy === 'max' ? Math.max(a, b) : a + b;
}
