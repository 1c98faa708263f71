import type { z } from 'zod';
import { duration } from './scalars.js';

/** For how long Prometheus shows a series after its last point, in milliseconds. */
const LOOKBACK = 5 * 60_000;

interface Settings {
  readonly heartbeat?: number | undefined;
  readonly collection_interval: number;
}

/** The key `heartbeat` of a receiver. */
export const heartbeat: z.ZodType<number | undefined, string | number | undefined> = duration(1)
  .optional()
  .describe('How often points that did not change are sent over OTLP. Default: with every scrape.');

/** Points go out with scrapes, so what counts is the heartbeat in whole intervals; and one scrape may be late, or fail. */
export function checkHeartbeat(
  { heartbeat: length, collection_interval: interval }: Settings,
  context: z.RefinementCtx,
): void {
  const refuse = (message: string): void => context.addIssue({ code: 'custom', path: ['heartbeat'], message });
  if (length === undefined) return;
  if (length < interval) {
    refuse('is shorter than collection_interval, so it would leave nothing out: make it longer, or take it out');
  } else if ((Math.ceil(length / interval) + 1) * interval >= LOOKBACK) {
    refuse(
      'is too long: in whole collection intervals, and with one more, it has to be below 5m, after which Prometheus loses sight of a series',
    );
  }
}

/** Two durations can be compared whatever else is wrong. */
export const DURATIONS_GIVEN: { when: (payload: z.core.ParsePayload) => boolean } = {
  when: ({ value, issues }) =>
    typeof value === 'object' &&
    value !== null &&
    !issues.some(({ path }) => ['heartbeat', 'collection_interval'].includes(String(path?.[0]))),
};
