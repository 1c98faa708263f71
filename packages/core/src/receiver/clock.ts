import { uptime } from 'node:os';

export interface Clock {
  /** Wall clock, milliseconds since the epoch. */
  now(): number;
  /** Milliseconds of a clock that never steps and goes on while the machine sleeps. */
  monotonic(): number;
}

/** The clocks of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // Not performance.now(), which stands still while the machine sleeps and sessions expire.
  monotonic: () => uptime() * 1000,
};
