import { createHmac, createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import { hexKey } from '../bytes.js';

/** Known to this process alone, so that a digest made with it tells nobody anything of a key. */
const SECRET = randomBytes(32);

/** Finds the public key of a device, which a reply gives the private one of. Working it out takes longer than parsing a small
 *  device, so it is done again only when a digest of the private key differs; the key itself is not kept. */
export class DeviceKey {
  #digest: string | undefined;
  #publicKey: string | undefined;

  /** In base64. `undefined`: `bytes[start, end)` are not the 64 hex digits of a key. */
  publicOf(bytes: Buffer, start: number, end: number): string | undefined {
    const digest = createHmac('sha256', SECRET).update(bytes.subarray(start, end)).digest('base64');
    if (digest !== this.#digest) {
      this.#publicKey = derive(bytes, start, end);
      this.#digest = digest;
    }
    return this.#publicKey;
  }
}

/** PKCS #8 wrapping of an X25519 private key, RFC 8410. */
const PKCS8_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex');
/** A public key in SubjectPublicKeyInfo form ends with its 32 bytes. */
const SPKI_PREFIX_BYTES = 12;

function derive(bytes: Buffer, start: number, end: number): string | undefined {
  const key = Buffer.alloc(PKCS8_X25519.length + 32);
  PKCS8_X25519.copy(key);
  try {
    if (!hexKey(bytes, start, end, key.subarray(PKCS8_X25519.length))) return undefined;
    const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
    return spki.subarray(SPKI_PREFIX_BYTES).toString('base64');
  } finally {
    key.fill(0);
  }
}
