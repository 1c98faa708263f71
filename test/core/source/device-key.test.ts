import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { DeviceKey } from './internals.js';

// Bob's keys in RFC 7748, 6.1.
const BOB = {
  secret: '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb',
  public: '3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08=',
};
const { d, x } = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
const OTHER = {
  secret: Buffer.from(d!, 'base64url').toString('hex'),
  public: Buffer.from(x!, 'base64url').toString('base64'),
};

describe('the public key of a device', () => {
  const key = new DeviceKey();
  const publicOf = (secret: string): string | undefined =>
    key.publicOf(Buffer.from(`=${secret}\n`), 1, secret.length + 1);
  const rows: [behaviour: string, secret: string, expected: string | undefined][] = [
    ['is worked out', BOB.secret, BOB.public],
    ['stays', BOB.secret, BOB.public],
    ['is that of another private key from then on', OTHER.secret, OTHER.public],
    ['is none where there are too few digits', BOB.secret.slice(1), undefined],
    ['is none where something else stands for a digit', `g${BOB.secret.slice(1)}`, undefined],
    ['comes back with the private key', BOB.secret, BOB.public],
  ];
  for (const [behaviour, secret, expected] of rows) {
    it(behaviour, () => assert.equal(publicOf(secret), expected));
  }
});
