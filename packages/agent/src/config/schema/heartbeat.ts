import type { z } from 'zod';
import { duration } from './scalars.js';

/** Prometheus shows a series for five minutes after its last point; in milliseconds, with some of it left. */
const LONGEST = 4 * 60_000;

/** The key `heartbeat` of a receiver. */
export const heartbeat: z.ZodType<number | undefined, string | number | undefined> = duration(1)
  .optional()
  .describe('How often points that did not change are sent over OTLP. Default: with every scrape.');

/** Points go out with scrapes, so what counts is the heartbeat in whole intervals. What is wrong otherwise is said
 *  elsewhere. */
export function refuseHeartbeat(
  given: { readonly heartbeat?: number | undefined; readonly collection_interval: number },
  refuse: (path: string, message: string) => void,
): void {
  const { heartbeat: length, collection_interval: interval } = given;
  if (typeof length !== 'number' || typeof interval !== 'number') return;
  if (length < interval) {
    refuse(
      'heartbeat',
      'is shorter than collection_interval, so it would leave nothing out: make it longer, or take it out',
    );
  } else if (Math.ceil(length / interval) * interval > LONGEST) {
    const message =
      'in whole collection intervals it may be 4m at most, as Prometheus loses sight of a series after 5m';
    refuse('heartbeat', message);
  }
}
