import type { DeviceView, ErrorCount, PeerView } from '../state/frame.js';
import type { Series } from '../state/series.js';
import type { Dimension } from './attributes.js';

/** - `counter`: a monotonic sum, cumulative
 *  - `updowncounter`: a sum that may fall, cumulative
 *  - `gauge`: the last value */
export type MetricKind = 'counter' | 'updowncounter' | 'gauge';

/** What a metric is called and how its numbers are to be taken. */
export interface Metric {
  readonly name: string;
  readonly kind: MetricKind;
  /** UCUM. */
  readonly unit: string;
  readonly description: string;
  readonly valueType: 'int' | 'double';
}

/** Where the points of one metric go while a frame is walked.
 *
 *  @param series whose point it is; `undefined`: nobody's in particular
 *  @param startTime when a sum was last 0, in milliseconds since the epoch; ignored for gauges */
export type Emit = (series: Series | undefined, dimension: Dimension, startTime: number, value: number) => void;

/** A row of the metric table: a metric, and how its points are found in a view. */
export type MetricDefinition = Metric &
  (
    | { readonly of: 'device'; readonly points: (view: DeviceView, emit: Emit) => void }
    | { readonly of: 'peer'; readonly points: (view: PeerView, emit: Emit) => void; readonly folded?: FoldedPoints }
    | { readonly of: 'error'; readonly points: (view: ErrorCount, emit: Emit) => void }
  );

/** Adds the points of the peers that have none of their own. Gauges have none. */
export type FoldedPoints = (view: DeviceView, emit: Emit) => void;
