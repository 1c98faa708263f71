import ipaddr from 'ipaddr.js';

/** An allowed IP as WireGuard gives it back: without bits beyond the prefix, and with a length. `undefined`: it is none.
 *
 *  @param text an address, or a prefix, as people write it */
export function normalisePrefix(text: string): string | undefined {
  const [address = '', length, ...rest] = text.split('/');
  if (!isAddress(address) || rest.length > 0) return undefined;
  const parsed = ipaddr.parse(address);
  const bits = parsed.kind() === 'ipv4' ? 32 : 128;
  const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : Infinity;
  if (prefix > bits) return undefined;
  const family = parsed.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
  return `${textOf(family.networkAddressFromCIDR(`${parsed.toString()}/${prefix}`))}/${prefix}`;
}

/** An address as WireGuard writes it. `undefined`: it is none, but perhaps a host's name. */
export function normaliseAddress(text: string): string | undefined {
  return isAddress(text) ? textOf(ipaddr.parse(text)) : undefined;
}

/** Not what else `inet_aton` takes for an address, such as `10.1`. */
function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text);
}

function textOf(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  return address.kind() === 'ipv6' ? (address as ipaddr.IPv6).toRFC5952String() : address.toString();
}
