/** Nobody should be able to silence an agent for longer, in milliseconds. */
export const LONGEST_RETRY_DELAY: number = 10 * 60_000;

/** Reads the header `retry-after`, in seconds or a date, into milliseconds. `undefined`: the server does not ask. */
export function retryDelayOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const millis = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  // "At once" would let a server that is in trouble spin us.
  return millis > 0 ? Math.min(millis, LONGEST_RETRY_DELAY) : undefined;
}
