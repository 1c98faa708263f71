import { setTimeout as delay } from 'node:timers/promises';
import { Random } from './random.js';
import { peerHead, peerTail } from './render.js';

/**
 * What is wrong with a server:
 * `silent` accepts and never answers; `slow` sends `bytes` bytes every `everyMs`; `cut` closes after `bytes` bytes;
 * `errno` answers only that error; `garbage` sends `bytes` random bytes and closes; `flood` sends peers without end;
 * `refuse` leaves the socket file with nobody listening; `halfClose` answers in full, then ends its own direction only.
 */
export type UapiFault =
  | { readonly type: 'silent' }
  | { readonly type: 'slow'; readonly bytes: number; readonly everyMs: number }
  | { readonly type: 'cut'; readonly bytes: number }
  | { readonly type: 'errno'; readonly errno: number }
  | { readonly type: 'garbage'; readonly bytes: number }
  | { readonly type: 'flood' }
  | { readonly type: 'refuse' }
  | { readonly type: 'halfClose' };

/** What a server does on a connection once an answer is sent. */
export type Afterwards = 'next' | 'halfClose' | 'close';

/** Tells what becomes of a connection after an answer under a fault. */
export function afterwards(fault: UapiFault | undefined): Afterwards {
  if (fault?.type === 'cut' || fault?.type === 'garbage') return 'close';
  return fault?.type === 'halfClose' ? 'halfClose' : 'next';
}

/** Turns the slices of a right answer into those of a faulty one. */
export async function* distort(slices: Iterable<Buffer>, fault: UapiFault | undefined): AsyncGenerator<Buffer> {
  switch (fault?.type) {
    case 'silent':
    case 'refuse':
      return;
    case 'slow':
      return yield* drip(slices, fault.bytes, fault.everyMs);
    case 'cut':
      return yield* firstBytes(slices, fault.bytes);
    case 'errno':
      return yield Buffer.from(`errno=${fault.errno}\n\n`);
    case 'garbage':
      return yield new Random('garbage').bytes(fault.bytes);
    case 'flood':
      return yield* endlessPeers();
    case 'halfClose':
    case undefined:
      yield* slices;
  }
}

async function* drip(slices: Iterable<Buffer>, bytes: number, everyMs: number): AsyncGenerator<Buffer> {
  for (const slice of slices) {
    for (let offset = 0; offset < slice.length; offset += bytes) {
      yield slice.subarray(offset, offset + bytes);
      await delay(everyMs);
    }
  }
}

function* firstBytes(slices: Iterable<Buffer>, bytes: number): Generator<Buffer> {
  let left = bytes;
  for (const slice of slices) {
    yield slice.subarray(0, left);
    left -= slice.length;
    if (left <= 0) return;
  }
}

function* endlessPeers(): Generator<Buffer> {
  const random = new Random('flood');
  const state = 'last_handshake_time_sec=0\nlast_handshake_time_nsec=0\ntx_bytes=0\nrx_bytes=0\n';
  for (;;) {
    yield Buffer.concat([peerHead(random.bytes(32), undefined), Buffer.from(state), peerTail(0, [])]);
  }
}
