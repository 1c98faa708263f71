/** What OpenTelemetry sends: events are logs, sessions are traces. */
export type Signal = 'metrics' | 'logs' | 'traces';

export const SIGNALS: readonly Signal[] = ['metrics', 'logs', 'traces'];

/** Something for each signal. */
export type BySignal<T> = Readonly<Record<Signal, T>>;

export function bySignal<T>(make: (signal: Signal) => T): BySignal<T> {
  return { metrics: make('metrics'), logs: make('logs'), traces: make('traces') };
}
