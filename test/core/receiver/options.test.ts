import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { describe, it } from 'mocha';
import { isWireGuardError, WireGuardReceiver, type ReceiverOptions } from '@wgotel/core';

/** Options that can't be used, as a program in JavaScript may give them, and what is said. */
const REFUSED: readonly [options: object, message: string][] = [
  [{ collectionInterval: 0 }, 'collectionInterval: expected a number from 1 to 2147483647, not 0'],
  [{ collectionInterval: NaN }, 'collectionInterval: expected a number from 1 to 2147483647, not NaN'],
  [{ collectionInterval: 2 ** 31 }, 'collectionInterval: expected a number from 1 to 2147483647, not 2147483648'],
  [{ collectionInterval: '15' }, "collectionInterval: expected a number from 1 to 2147483647, not '15'"],
  [{ initialDelay: -1 }, 'initialDelay: expected a number from 0 to 2147483647, not -1'],
  [{ phase: 1.5 }, 'phase: expected a number from 0 to 1, not 1.5'],
  [{ timeout: 0.5 }, 'timeout: expected a number from 1 to 2147483647, not 0.5'],
  [{ timeout: Infinity }, 'timeout: expected a number from 1 to 2147483647, not Infinity'],
  [{ peerLimit: -1 }, 'peerLimit: expected a whole number of 0 or more, not -1'],
  [{ identity: { mode: 'hmac' } }, 'identity.hmacKey: expected a key of at least 32 bytes'],
  [{ endpoints: 'none' }, "endpoints: expected one of full, subnet, off, not 'none'"],
  [{ events: { 'wireguard.peer.gone': {} } }, 'events: there is no event wireguard.peer.gone'],
  [
    { source: 'ethtool' },
    "source: expected a Source or one of auto, uapi, netlink, wg-show, reader, recorded, not 'ethtool'",
  ],
  [
    { source: 'toString' },
    "source: expected a Source or one of auto, uapi, netlink, wg-show, reader, recorded, not 'toString'",
  ],
];

const ACCEPTED: readonly ReceiverOptions[] = [
  {},
  { collectionInterval: undefined, initialDelay: undefined, timeout: undefined, peerLimit: undefined },
  { collectionInterval: 2 ** 31 - 1, initialDelay: 0, phase: 1, timeout: 1, peerLimit: 0 },
  { peerLimit: Infinity, source: 'netlink' },
  { identity: { mode: 'full' }, endpoints: 'subnet' },
];

describe('ReceiverOptions', () => {
  for (const [options, message] of REFUSED) {
    it(message, () => {
      assert.throws(
        () => new WireGuardReceiver(options),
        (error) => {
          assert.ok(isWireGuardError(error));
          assert.deepEqual([error.code, error.message], ['INVALID_OPTION', message]);
          return true;
        },
      );
    });
  }

  for (const options of ACCEPTED) {
    it(`can be ${inspect(options, { breakLength: Infinity })}`, () => {
      assert.doesNotThrow(() => new WireGuardReceiver(options));
    });
  }
});
