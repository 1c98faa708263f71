import type { z } from 'zod';
import { duration } from './scalars.js';

/** Prometheus shows a series for five minutes after its last point; in milliseconds, with some of it left. */
const LONGEST = 4 * 60_000;

interface Settings {
  readonly heartbeat?: number | undefined;
  readonly collection_interval: number;
}

/** The key `heartbeat` of a receiver. */
export const heartbeat: z.ZodType<number | undefined, string | number | undefined> = duration(1)
  .optional()
  .describe('How often points that did not change are sent over OTLP. Default: with every scrape.');

/** Points go out with scrapes, so what counts is the heartbeat in whole intervals. */
export function checkHeartbeat(
  { heartbeat: length, collection_interval: interval }: Settings,
  context: z.RefinementCtx,
): void {
  const refuse = (message: string): void => context.addIssue({ code: 'custom', path: ['heartbeat'], message });
  if (length === undefined) return;
  if (length < interval) {
    refuse('is shorter than collection_interval, so it would leave nothing out: make it longer, or take it out');
  } else if (Math.ceil(length / interval) * interval > LONGEST) {
    refuse('in whole collection intervals it may be 4m at most, as Prometheus loses sight of a series after 5m');
  }
}

/** Two durations can be compared whatever else is wrong. */
export const DURATIONS_GIVEN: { when: (payload: z.core.ParsePayload) => boolean } = {
  when: ({ value, issues }) =>
    typeof value === 'object' &&
    value !== null &&
    !issues.some(({ path }) => ['heartbeat', 'collection_interval'].includes(String(path?.[0]))),
};
