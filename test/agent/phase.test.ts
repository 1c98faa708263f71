import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { phaseOf, resourceAttributes } from '@wgotel/agent';

describe('the phase of a receiver', () => {
  const PARTS = 20;
  const HOSTS = 1000;

  /** Of hosts that differ by their number alone. */
  const phases = (receiver: string): number[] =>
    Array.from({ length: HOSTS }, (_, host) => {
      const machineId = host.toString(16).padStart(32, '0');
      return phaseOf(resourceAttributes({ name: `host-${host}`, machineId }), receiver);
    });

  for (const receiver of ['wireguard', 'wireguard/branch']) {
    it(`${receiver} is spread evenly over ${HOSTS} hosts`, () => {
      const counts = Array.from({ length: PARTS }, () => 0);
      for (const phase of phases(receiver)) counts[Math.floor(phase * PARTS)]!++;
      assert.equal(counts.length, PARTS, 'a phase that is not from 0 to below 1');
      const share = HOSTS / PARTS;
      assert.ok(Math.max(...counts) < 2 * share && Math.min(...counts) > share / 2, counts.join());
    });
  }

  it('is the same after a restart, and another for each receiver of a host', () => {
    assert.deepEqual(phases('wireguard'), phases('wireguard'));
    const other = phases('wireguard/branch');
    assert.ok(phases('wireguard').every((phase, host) => phase !== other[host]));
  });
});
