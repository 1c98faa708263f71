import { Series, seriesAttributes, type Dimension, type Metric, type PointSink } from '@wgotel/core';
import type { Family } from './family.js';
import { familyOf, joined, labelText } from './names.js';
import type { Page, Samples } from './page.js';

const textOf = Series.renderer((series) => labelText(seriesAttributes(series)));

const families = new Map<Metric, Family>();

/** Writes points onto a page, under the names that OpenTelemetry's metrics have in Prometheus. Labels are written once in
 *  the life of a series. */
export class NativeSink implements PointSink {
  readonly #page: Page;
  readonly #labels: string;
  readonly #dimensions: string[] = [];
  readonly #samples = new Map<Metric, Samples>();
  #current: Samples | undefined;

  /** @param labels that every sample gets; empty: none */
  constructor(page: Page, labels: string) {
    this.#page = page;
    this.#labels = labels;
  }

  metric(metric: Metric): void {
    this.#current = this.#samples.get(metric);
    if (this.#current !== undefined) return;
    let family = families.get(metric);
    if (family === undefined) families.set(metric, (family = familyOf(metric)));
    this.#current = this.#page.samplesOf(family);
    this.#samples.set(metric, this.#current);
  }

  point(series: Series | undefined, dimension: Dimension, _startTime: number, _time: number, value: number): void {
    const own = series === undefined ? '' : textOf(series);
    const more = (this.#dimensions[dimension.index] ??= joined(this.#labels, labelText(dimension.attributes)));
    this.#current!.add(own === '' || more === '' ? own + more : `${own},${more}`, value);
  }
}
