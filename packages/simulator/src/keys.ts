import { createPrivateKey, createPublicKey } from 'node:crypto';
import { Random } from './random.js';

/** Length of every WireGuard key, in bytes. */
export const KEY_BYTES = 32;

/** What WireGuard prints where no preshared key is set. */
export const NO_PRESHARED_KEY: Buffer = Buffer.alloc(KEY_BYTES);

// The ASN.1 prefix of a PKCS #8 X25519 private key, RFC 8410 section 7; the 32 key bytes follow.
const PKCS8_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** An X25519 pair, as raw bytes. */
export interface KeyPair {
  readonly privateKey: Buffer;
  readonly publicKey: Buffer;
}

/** Makes the throw-away X25519 pair that belongs to a seed; the same seed gives the same pair. */
export function keyPair(seed: string): KeyPair {
  const privateKey = new Random(seed).bytes(KEY_BYTES);
  // Clamped as `wg genkey` does it, https://cr.yp.to/ecdh.html.
  privateKey[0] = (privateKey[0] as number) & 248;
  privateKey[31] = ((privateKey[31] as number) & 127) | 64;
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_X25519, privateKey]), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return { privateKey, publicKey: spki.subarray(-KEY_BYTES) };
}
