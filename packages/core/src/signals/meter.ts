import type { BatchObservableCallback, Meter, Observable } from '@opentelemetry/api';
import { ValueType } from '@opentelemetry/api';
import { pointAttributes } from './attributes.js';
import { METRICS } from './definitions.js';
import type { Metric } from './metric.js';
import type { PointSink } from './point-sink.js';

/** Makes an asynchronous instrument of each metric. Start times are the SDK's then, and an SDK that keeps series for ever
 *  (OpenTelemetry JS does, up to its cardinality limit of 2000) shows removed peers for ever: the metric producer does not.
 *
 *  @param visit walks the points there are now
 *  @returns takes the instruments off again */
export function observeMetrics(meter: Meter, visit: (sink: PointSink) => void): () => void {
  const instruments = new Map(METRICS.map((metric) => [metric as Metric, createInstrument(meter, metric)]));
  const observables = [...instruments.values()];
  const callback: BatchObservableCallback = (result) => {
    let instrument = observables[0]!;
    visit({
      metric: (metric) => (instrument = instruments.get(metric)!),
      point: (series, dimension, _startTime, _time, value) =>
        result.observe(instrument, value, pointAttributes(series, dimension)),
    });
  };
  meter.addBatchObservableCallback(callback, observables);
  return () => meter.removeBatchObservableCallback(callback, observables);
}

function createInstrument(meter: Meter, { name, kind, unit, description, valueType }: Metric): Observable {
  const options = { unit, description, valueType: valueType === 'int' ? ValueType.INT : ValueType.DOUBLE };
  switch (kind) {
    case 'counter':
      return meter.createObservableCounter(name, options);
    case 'updowncounter':
      return meter.createObservableUpDownCounter(name, options);
    case 'gauge':
      return meter.createObservableGauge(name, options);
  }
}
