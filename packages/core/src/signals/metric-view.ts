import { WireGuardError } from '../errors.js';
import type { Frame } from '../state/frame.js';
import { METRICS } from './definitions.js';
import type { Metric } from './metric.js';
import type { MetricSettings, MetricsSettings } from './metric-settings.js';
import type { PointSink } from './point-sink.js';
import { Reaggregation, type Reduction } from './reaggregation.js';
import { selectionOf, visitPoints, type Selection, type Walk } from './visit-points.js';

/** The metrics as a user wants them: which there are, and which attributes they keep. Sums that are put together belong to one
 *  view, so each receiver has one of its own; any number of walks over a frame see the same. */
export class MetricView {
  /** Metrics that are handed on as they are. */
  readonly #selection: Selection;
  /** Those whose points are put together. */
  readonly #reduced: Selection;
  readonly #reaggregation: Reaggregation | undefined;

  /** @throws {WireGuardError} `INVALID_OPTION` for a metric or attribute that is not there, or that can't be left out */
  constructor(settings: MetricsSettings = {}) {
    for (const name of Object.keys(settings)) {
      if (!METRICS.some((metric) => metric.name === name)) {
        throw new WireGuardError('INVALID_OPTION', `metrics: there is no metric ${name}`);
      }
    }
    const reductions = new Map<Metric, Reduction>();
    for (const metric of METRICS) {
      const reduction = reductionOf(metric, settings[metric.name] ?? {});
      if (reduction !== undefined) reductions.set(metric, reduction);
    }
    const there = METRICS.filter(({ name, enabled }) => settings[name]?.enabled ?? enabled);
    this.#selection = selectionOf(there.filter((metric) => !reductions.has(metric)));
    this.#reduced = selectionOf(there.filter((metric) => reductions.has(metric)));
    if (reductions.size > 0) this.#reaggregation = new Reaggregation(reductions);
  }

  /** Walks the points of a frame.
   *
   *  @param now the reader's time on the frame's monotonic clock
   *  @param walk how to walk points that are not put together */
  *visit(frame: Frame, now: number, sink: PointSink, walk: Walk = visitPoints): Generator<void, void> {
    yield* walk(frame, now, sink, this.#selection);
    if (this.#reaggregation === undefined) return;
    const together = this.#reaggregation.walk(sink);
    yield* visitPoints(frame, now, together, this.#reduced);
    together.end();
  }
}

function reductionOf(metric: Metric, { attributes, aggregationStrategy }: MetricSettings): Reduction | undefined {
  const known = metric.attributes.map(({ name }) => name);
  const unknown = attributes?.filter((name) => !known.includes(name)) ?? [];
  if (unknown.length > 0) {
    throw new WireGuardError(
      'INVALID_OPTION',
      `metrics: ${metric.name} has no attribute ${unknown.join(', ')}; it has ${known.join(', ')}`,
    );
  }
  if (attributes === undefined) return undefined;
  const missing = metric.attributes.filter(
    ({ name, requirement }) => requirement === 'required' && !attributes.includes(name),
  );
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(', ');
    throw new WireGuardError('INVALID_OPTION', `metrics: ${metric.name} can't do without its attribute ${names}`);
  }
  const optional = metric.attributes.filter(({ requirement }) => requirement === 'recommended');
  if (optional.every(({ name }) => attributes.includes(name))) return undefined;
  return { keep: new Set(attributes), strategy: aggregationStrategy ?? (metric.kind === 'gauge' ? 'avg' : 'sum') };
}
