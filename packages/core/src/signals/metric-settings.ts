/** How points are put together once attributes that told them apart are left out. */
export type AggregationStrategy = 'sum' | 'avg' | 'min' | 'max';

/** What a user may say of one metric. The keys are those of the Collector's generated receivers, in camel case.
 *  Source: https://github.com/open-telemetry/opentelemetry-collector/tree/main/cmd/mdatagen */
export interface MetricSettings {
  /** Default: as `metadata.yaml` has it. */
  readonly enabled?: boolean | undefined;
  /** The attributes to keep; points that only the others told apart become one. Default: all but those that must be asked
   *  for. */
  readonly attributes?: readonly string[] | undefined;
  /** Default: `sum` for counters, `avg` for gauges. */
  readonly aggregationStrategy?: AggregationStrategy | undefined;
}

/** By the name of the metric. What is not mentioned is as it is by default. */
export type MetricsSettings = Readonly<Record<string, MetricSettings>>;
