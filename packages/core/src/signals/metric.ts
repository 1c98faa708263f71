import type { DeviceView, ErrorCount, PeerView } from '../state/frame.js';
import type { PointSink } from './point-sink.js';

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
  /** Whether it is there if nobody says. */
  readonly enabled: boolean;
  readonly attributes: readonly MetricAttribute[];
}

export interface MetricAttribute {
  readonly name: string;
  /** - `required`: the metric makes no sense without it
   *  - `conditionally_required`: it can't be left out where it is there at all
   *  - `recommended`: it can be left out
   *  - `opt_in`: it is there only if it was asked for */
  readonly requirement: 'required' | 'conditionally_required' | 'recommended' | 'opt_in';
}

/** A row of the metric table: a metric, and how its points are found in a view. The functions take the sink itself, and no
 *  closure made for each walk: code compiled for such a closure is thrown away with it. */
export type MetricDefinition = Metric &
  (
    | { readonly of: 'device'; readonly points: (view: DeviceView, sink: PointSink, time: number) => void }
    | {
        readonly of: 'peer';
        readonly points: (view: PeerView, sink: PointSink, time: number) => void;
        readonly folded?: FoldedPoints;
        /** What of a view its points follow from, beside the series: where that is the same (`===`), so are they. Absent: from
         *  more than one thing. */
        readonly part?: (view: PeerView) => unknown;
      }
    | { readonly of: 'error'; readonly points: (view: ErrorCount, sink: PointSink, time: number) => void }
  );

/** Adds the points of the peers that have none of their own. Gauges have none. */
export type FoldedPoints = (view: DeviceView, sink: PointSink, time: number) => void;
