import type { Slopes } from './slope.js';

/** How much more there may be from virtual day to virtual day, in half a day that is measured 48 times. */
export const BOUNDS_SHORT: Slopes = { memory: 8, handles: 40 };

/** The same over many days. */
export const BOUNDS_LONG: Slopes = { memory: 0.5, handles: 1 };
