import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILES } from './folder.js';

/** Length of a piece of a written key that counts as a find. */
const PIECE = 16;

/** Finds keys, whole or in pieces, in text and bytes. */
export class KeySearch {
  readonly #raw: Buffer[];
  readonly #pieces = new Set<string>();

  /** @param keys 64 hex digits each */
  constructor(keys: readonly string[]) {
    this.#raw = keys.flatMap((key) => [Buffer.from(key.slice(0, 32), 'hex'), Buffer.from(key.slice(32), 'hex')]);
    for (const key of keys) {
      for (const written of [key, key.toUpperCase(), Buffer.from(key, 'hex').toString('base64')]) {
        for (let at = 0; at + PIECE <= written.length; at++) this.#pieces.add(written.slice(at, at + PIECE));
      }
    }
  }

  /** Whether a text holds a key in base64 or hex, or half of its bytes. */
  inText(text: string): boolean {
    for (const [run] of text.matchAll(/[A-Za-z0-9+/=]{16,}/g)) {
      for (let at = 0; at + PIECE <= run.length; at++) if (this.#pieces.has(run.slice(at, at + PIECE))) return true;
    }
    return false;
  }

  /** Whether bytes hold half a key, or one in base64 or hex. */
  inBytes(bytes: Buffer): boolean {
    return this.#raw.some((half) => bytes.includes(half)) || this.inText(bytes.toString('latin1'));
  }
}

/** What a process wrote down of itself. */
export interface Remains {
  readonly outputs: string;
  readonly buffers: Buffer;
  /** The live strings. */
  readonly strings: readonly string[];
}

/** Reads what a process wrote down of itself. */
export function readRemains(folder: string): Remains {
  const heap = JSON.parse(readFileSync(join(folder, FILES.heap), 'utf8')) as { strings: string[] };
  return {
    outputs: readFileSync(join(folder, FILES.outputs), 'utf8'),
    buffers: readFileSync(join(folder, FILES.buffers)),
    strings: heap.strings,
  };
}
