import assert from 'node:assert/strict';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, it } from 'mocha';
import { anyAddress } from '../../support/endpoints.js';
import { subnetOf } from './internals.js';

describe('the subnet of an address', () => {
  for (const [address, expected] of [
    ['198.51.100.7', '198.51.100.0/24'],
    ['255.255.255.255', '255.255.255.0/24'],
    ['0.0.0.1', '0.0.0.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
    ['2001:db8::1', '2001:db8::/48'],
    ['2001:0:1::1', '2001:0:1::/48'],
    ['::1', '::/48'],
    ['0:0:1::1', '0:0:1::/48'],
    ['fe80::1%eth0', 'fe80::/48'],
    ['::ffff:198.51.100.7', '198.51.100.0/24'],
    // 198.51.100.7 in the bits from the 17th on.
    ['2002:c633:6407::1', '2002:c633:6400::/40'],
    ['not an address', undefined],
    ['', undefined],
    ['198.51.100.256', undefined],
  ] as const) {
    it(`${address} is ${expected ?? 'none'}`, () => {
      const subnet = subnetOf(address);
      assert.equal(subnet && `${subnet.address}/${subnet.length}`, expected);
    });
  }

  it('holds the address, and is the same for all that it holds', () => {
    fc.assert(
      fc.property(anyAddress, ({ text, plain }) => {
        const { address, length } = subnetOf(text)!;
        const [first, whole] = [ipaddr.parse(address), ipaddr.process(plain)];
        assert.equal(first.kind(), whole.kind());
        const range = `${whole.toString()}/${length}`;
        const network =
          whole.kind() === 'ipv4'
            ? ipaddr.IPv4.networkAddressFromCIDR(range).toString()
            : ipaddr.IPv6.networkAddressFromCIDR(range).toRFC5952String();
        assert.equal(address, network);
        assert.ok(length <= (whole.kind() === 'ipv4' ? 24 : 48));
      }),
      { seed: 6, numRuns: 2000 },
    );
  });
});
