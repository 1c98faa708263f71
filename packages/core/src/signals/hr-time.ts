import type { HrTime } from '@opentelemetry/api';

/** Milliseconds since the epoch as the API's pair of seconds and nanoseconds. A plain number would not do: the SDK takes
 *  one that lies before the start of the process for a time relative to that. */
export function hrTime(millis: number): HrTime {
  const seconds = Math.floor(millis / 1000);
  return [seconds, Math.trunc((millis - seconds * 1000) * 1e6)];
}
