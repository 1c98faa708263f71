/** The start of a sum that begins with the next reading. JSON can write it, other than infinity. */
export const AT_NEXT: number = Number.MAX_SAFE_INTEGER;

/** Lets a sum that began in what is now the future, as the wall clock stepped back, begin now instead. Once corrected, its
 *  start stays where it is: a sum whose start moves seems to begin anew with each point. */
export function notAfter<T extends { readonly startTime: number }>(time: number, sum: T): T {
  return sum.startTime <= time ? sum : { ...sum, startTime: time };
}
