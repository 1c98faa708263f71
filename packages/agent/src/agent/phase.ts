import { createHash } from 'node:crypto';
import type { Attributes } from '@wgotel/core';

/** Says where in its interval something comes that all hosts do: from 0 to below 1, another on each host and for each receiver,
 *  the same after a restart. By a hash of `service.instance.id`, so all are spread evenly.
 *
 *  @param what the id of the receiver */
export function phaseOf({ 'service.instance.id': instance }: Attributes, what: string): number {
  const hash = createHash('sha256')
    .update(`${String(instance)}/${what}`)
    .digest();
  return hash.readUInt32BE(0) / 2 ** 32;
}
