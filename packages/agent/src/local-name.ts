import { isIP } from 'node:net';

/** Whether a header `host` has an address, or `localhost`. A page in a browser can be made to send requests here under a name
 *  of its own. */
export function isLocalName(host = ''): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return name === 'localhost' || isIP(name) !== 0;
}

/** Whether an address is one of those that only this host has. */
export function isLoopback(address = ''): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}
