import type { EndpointChange, FailedAttempt, Totals } from './frame.js';

/** What one interval adds to {@link Totals}. */
export interface Increment {
  handshake: boolean;
  endpointChange: EndpointChange | undefined;
  /** `undefined`: none. */
  failedAttempts: Readonly<Record<FailedAttempt, number>> | undefined;
}

const NONE = Object.freeze({});

export function noTotals(startTime: number): Totals {
  return { startTime, handshakes: 0, endpointChanges: NONE, failedAttempts: NONE };
}

/** Adds an interval up. Returns the same object if there is nothing to add. */
export function addTotals(totals: Totals, { handshake, endpointChange, failedAttempts }: Increment): Totals {
  if (!handshake && endpointChange === undefined && failedAttempts === undefined) return totals;
  return {
    startTime: totals.startTime,
    handshakes: totals.handshakes + Number(handshake),
    endpointChanges:
      endpointChange === undefined ? totals.endpointChanges : plus(totals.endpointChanges, { [endpointChange]: 1 }),
    failedAttempts: failedAttempts === undefined ? totals.failedAttempts : plus(totals.failedAttempts, failedAttempts),
  };
}

function plus<K extends string>(counts: Partial<Record<K, number>>, more: Partial<Record<K, number>>): typeof counts {
  const sum = { ...counts };
  for (const [kind, count] of Object.entries(more) as [K, number][])
    if (count > 0) sum[kind] = (sum[kind] ?? 0) + count;
  return sum;
}
