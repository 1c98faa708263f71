import type { Slopes } from './slope.js';

/** How much more there may be from virtual day to virtual day where two thirds of one are measured every 20 minutes. */
export const BOUNDS_SHORT: Slopes = { memory: 3, handles: 30 };

/** The same over many days. */
export const BOUNDS_LONG: Slopes = { memory: 0.25, handles: 1 };

/** What grows faster than it may, a line each. */
export function growing(slopes: Slopes, bounds: Slopes): string[] {
  return (['memory', 'handles'] as const)
    .filter((kind) => !(slopes[kind] <= bounds[kind]))
    .map((kind) => `${kind} grows by ${slopes[kind].toFixed(2)} a day, more than ${bounds[kind]}`);
}
