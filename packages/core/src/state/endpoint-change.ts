import { parseEndpoint } from '../model/endpoint.js';
import type { EndpointChange } from './frame.js';

/** What kind of change leads from one endpoint to another. A new port alone is what NAT does; `undefined`: no change.
 *
 *  @param before the last endpoint known, also if it was forgotten in between */
export function endpointChange(before: string | undefined, now: string | undefined): EndpointChange | undefined {
  if (now === undefined || now === before) return undefined;
  if (before === undefined) return 'first';
  const [old, next] = [parseEndpoint(before), parseEndpoint(now)];
  if (old.family !== next.family) return 'family';
  return old.address === next.address ? 'port' : 'address';
}
