import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { WireGuardError } from '../errors.js';

export const IDENTITY_MODES = ['hash', 'hmac', 'full'] as const;

/** What is told of who a peer is:
 *  - `hash`: an id that follows from its public key alone; whoever knows the key can find it
 *  - `hmac`: an id that follows from its public key and a key of yours; names are not told
 *  - `full`: the id of `hash`, and the public key itself */
export type IdentityMode = (typeof IDENTITY_MODES)[number];

export interface IdentitySettings {
  /** Default: `hmac` with a key, `hash` without. */
  readonly mode?: IdentityMode | undefined;
  /** For `hmac`, at least 32 bytes; of a text those of its UTF-8. Ends of a tunnel agree on its id only with the same key. */
  readonly hmacKey?: string | Uint8Array | undefined;
}

/** How peers, tunnels and sessions get their ids: by SHA-256, or by HMAC-SHA-256 with a key, which nothing gives out. */
export class Identity {
  /** In bytes: fewer could be found by trying. */
  static readonly SHORTEST_KEY = 32;

  readonly mode: IdentityMode;
  readonly #key: KeyObject | undefined;

  /** @throws {WireGuardError} `INVALID_OPTION`, without the key in it */
  constructor({ mode, hmacKey }: IdentitySettings = {}) {
    this.mode = mode ?? (hmacKey === undefined ? 'hash' : 'hmac');
    if (!IDENTITY_MODES.includes(this.mode)) {
      throw invalid(`identity.mode: expected one of ${IDENTITY_MODES.join(', ')}, not ${inspect(mode)}`);
    }
    if (this.mode === 'hmac') this.#key = keyOf(hmacKey);
    else if (hmacKey !== undefined) throw invalid(`identity.hmacKey: is for mode hmac, not ${this.mode}`);
  }

  /** Whether peers have names. */
  get tellsNames(): boolean {
    return this.mode !== 'hmac';
  }

  /** Whether public keys are told. */
  get tellsKeys(): boolean {
    return this.mode === 'full';
  }

  /** Tells one key for `hmac` from another without showing it: 16 hex digits. `undefined`: there is none. */
  get fingerprint(): string | undefined {
    return this.#key && this.digest(Buffer.from('wireguard.identity')).slice(0, 16);
  }

  /** Of the parts, one after the other: 64 hex digits. */
  digest(...parts: readonly Buffer[]): string {
    const hash = this.#key === undefined ? createHash('sha256') : createHmac('sha256', this.#key);
    for (const part of parts) hash.update(part);
    return hash.digest('hex');
  }
}

/** Ids that follow from public keys alone. */
export const HASH: Identity = new Identity();

function keyOf(hmacKey: unknown): KeyObject {
  const bytes = typeof hmacKey === 'string' ? Buffer.from(hmacKey) : hmacKey;
  if (bytes instanceof Uint8Array && bytes.length >= Identity.SHORTEST_KEY) return createSecretKey(bytes);
  throw invalid(`identity.hmacKey: expected a key of at least ${Identity.SHORTEST_KEY} bytes`);
}

function invalid(message: string): WireGuardError {
  return new WireGuardError('INVALID_OPTION', message);
}
