import fc from 'fast-check';

/** An address as sources write it. */
export interface AnyAddress {
  readonly text: string;
  /** As `ipaddr.js` takes it: without a zone. */
  readonly plain: string;
}

const hex = fc.integer({ min: 0, max: 0xffff }).map((group) => group.toString(16));

const ipv4 = fc.ipV4().map((text): AnyAddress => ({ text, plain: text }));
/** Those with dots in them are another matter to ipaddr.js. */
const ipv6 = fc
  .ipV6()
  .filter((text) => !text.includes('.'))
  .map((text): AnyAddress => ({ text, plain: text }));
const scoped = fc
  .tuple(hex, hex, fc.constantFrom('eth0', 'wg0', '3'))
  .map(([a, b, zone]): AnyAddress => ({ text: `fe80::${a}:${b}%${zone}`, plain: `fe80::${a}:${b}` }));
const mapped = fc.ipV4().map((each): AnyAddress => ({ text: `::ffff:${each}`, plain: `::ffff:${each}` }));
const sixToFour = fc
  .tuple(hex, hex, hex)
  .map(([a, b, c]): AnyAddress => ({ text: `2002:${a}:${b}::${c}`, plain: `2002:${a}:${b}::${c}` }));

/** Addresses of every kind that an endpoint may have. */
export const anyAddress: fc.Arbitrary<AnyAddress> = fc.oneof(ipv4, ipv6, scoped, mapped, sixToFour);

/** The same with a port, as WireGuard writes it. */
export const anyEndpoint: fc.Arbitrary<AnyAddress & { readonly endpoint: string; readonly port: number }> = fc
  .tuple(anyAddress, fc.integer({ min: 1, max: 65_535 }))
  .map(([address, port]) => {
    const host = address.text.includes(':') ? `[${address.text}]` : address.text;
    return { ...address, port, endpoint: `${host}:${port}` };
  });
