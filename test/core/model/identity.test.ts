import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { Identity, isWireGuardError, peerId, sessionIds, tunnelId, type IdentitySettings } from '@wgotel/core';
import { describe, it } from 'mocha';
import { keyOf } from '../../support/snapshots.js';

const KEY = 'swordfish'.repeat(4);
const [own, other] = [keyOf('here'), keyOf('there')];
const raw = (key: string): Buffer => Buffer.from(key, 'base64');
const sorted = [raw(own), raw(other)].toSorted((a, b) => Buffer.compare(a, b));
const TIME = 1_795_000_000_999;
const seconds = Buffer.alloc(8);
seconds.writeBigUInt64BE(1_795_000_000n);

/** What ids are made of. */
const PEER = raw(other);
const TUNNEL = Buffer.concat(sorted);
const SESSION = Buffer.concat([Buffer.from('wireguard.session'), raw(own), raw(other), seconds]);

describe('an identity', () => {
  for (const [settings, digest] of [
    [{}, (bytes) => createHash('sha256').update(bytes)],
    [{ mode: 'hash' }, (bytes) => createHash('sha256').update(bytes)],
    [{ mode: 'full' }, (bytes) => createHash('sha256').update(bytes)],
    [{ hmacKey: KEY }, (bytes) => createHmac('sha256', KEY).update(bytes)],
    [{ mode: 'hmac', hmacKey: KEY }, (bytes) => createHmac('sha256', KEY).update(bytes)],
    [{ hmacKey: Buffer.alloc(32, 9) }, (bytes) => createHmac('sha256', Buffer.alloc(32, 9)).update(bytes)],
  ] as [IdentitySettings, (bytes: Buffer) => { digest(encoding: 'hex'): string }][]) {
    it(`of ${Object.keys(settings).join(' and ') || 'nothing'} ${settings.mode ?? ''} has ids that can be made elsewhere`, () => {
      const identity = new Identity(settings);
      const hex = (bytes: Buffer, from: number, to: number): string => digest(bytes).digest('hex').slice(from, to);
      assert.equal(peerId(other, identity), hex(PEER, 0, 16));
      assert.equal(tunnelId(own, other, identity), hex(TUNNEL, 0, 16));
      assert.deepEqual(sessionIds(own, other, TIME, identity), {
        traceId: hex(SESSION, 0, 32),
        spanId: hex(SESSION, 32, 48),
      });
    });
  }

  it('gives both ends of a tunnel the same id with the same key, and others with others', () => {
    const [a, b, c] = [KEY, KEY, `${KEY}!`].map((hmacKey) => new Identity({ hmacKey }));
    assert.equal(tunnelId(own, other, a), tunnelId(other, own, b));
    assert.notEqual(tunnelId(own, other, a), tunnelId(other, own, c));
    assert.notEqual(tunnelId(own, other, a), tunnelId(other, own));
    assert.equal(tunnelId(undefined, other, a), undefined);
  });

  it('has a fingerprint that tells keys apart, and is no id', () => {
    const print = (hmacKey: string): string | undefined => new Identity({ hmacKey }).fingerprint;
    assert.match(print(KEY)!, /^[0-9a-f]{16}$/);
    assert.equal(print(KEY), print(KEY));
    assert.notEqual(print(KEY), print(`${KEY}!`));
    assert.equal(new Identity({ mode: 'full' }).fingerprint, undefined);
  });

  it('does not show its key', () => {
    const identity = new Identity({ hmacKey: KEY });
    const shown = inspect(identity, { depth: Infinity, showHidden: true }) + JSON.stringify(identity);
    assert.doesNotMatch(shown, /swordfish|[0-9a-f]{32}/);
  });

  for (const [settings, message] of [
    [{ mode: 'hmac' }, 'identity.hmacKey: expected a key of at least 32 bytes'],
    [{ hmacKey: 'swordfish' }, 'identity.hmacKey: expected a key of at least 32 bytes'],
    [{ hmacKey: '' }, 'identity.hmacKey: expected a key of at least 32 bytes'],
    [{ hmacKey: Buffer.from('swordfish') }, 'identity.hmacKey: expected a key of at least 32 bytes'],
    [{ hmacKey: [KEY] }, 'identity.hmacKey: expected a key of at least 32 bytes'],
    [{ mode: 'hash', hmacKey: KEY }, 'identity.hmacKey: is for mode hmac, not hash'],
    [{ mode: 'full', hmacKey: KEY }, 'identity.hmacKey: is for mode hmac, not full'],
    [{ mode: 'none', hmacKey: KEY }, "identity.mode: expected one of hash, hmac, full, not 'none'"],
  ] as [IdentitySettings, string][]) {
    it(`is refused, without its key: ${message}`, () => {
      assert.throws(
        () => new Identity(settings),
        (error) => {
          assert.ok(isWireGuardError(error));
          assert.deepEqual([error.code, error.message], ['INVALID_OPTION', message]);
          return true;
        },
      );
    });
  }
});
