import { connect } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runAtOnce, SOURCES, systemClock, Tracker, visitPoints, type Frame, type Reading } from '@wgotel/core';
import { MetricsEncoder } from '@wgotel/agent';
import type { Stage } from './stage.js';

/** Who all of it is of. */
export const RESOURCE = { 'service.name': 'bench', 'host.name': 'bench' };

/** What the stages of a round hand on. */
export class Round {
  before: Pick<Round, 'reading' | 'frame'> | undefined;
  reading: Reading = { devices: [], failures: [], notes: [] };
  frame!: Frame;
  requests: Buffer[] = [];
  points = 0;

  /** The share of peers that are other objects than in the round before. */
  get peersMade(): number {
    return shareMade(this.before?.reading.devices, this.reading.devices);
  }

  /** The same of their views. */
  get viewsMade(): number {
    return shareMade(this.before?.frame?.devices, this.frame.devices);
  }
}

type Holders = readonly { readonly peers: readonly object[] }[];

function shareMade(before: Holders = [], now: Holders): number {
  const known = new Set(before.flatMap(({ peers }) => peers));
  const all = now.flatMap(({ peers }) => peers);
  return all.filter((each) => !known.has(each)).length / all.length;
}

/** From the socket of a device to OTLP requests, and what it is compared with.
 *
 *  @param forgets whether each round begins with nothing known and nothing encoded, as a defect would have it */
export function scrapeStages(directory: string, round: Round, forgets = false) {
  const signal = new AbortController().signal;
  const makeSource = () => SOURCES.uapi({ directory });
  const makeTracker = () => new Tracker({ collectionInterval: 15_000, peerLimit: Infinity });
  let [source, tracker] = [makeSource(), makeTracker()];
  let text = '';
  const encoder = new MetricsEncoder(RESOURCE, (request) => {
    round.requests.push(Buffer.from(request.bytes));
    round.points += request.items;
    request.release();
  });
  return {
    /** Reads the same bytes and does nothing with them. */
    floor: { run: () => readAndDiscard(join(directory, 'wg0.sock')) },
    read: {
      prepare: () => {
        if (forgets) [source, tracker] = [makeSource(), makeTracker()];
        round.before = { reading: round.reading, frame: round.frame };
      },
      run: async () => {
        const previous = forgets ? undefined : round.before?.reading;
        round.reading = complete(await source.read({ signal, previous }));
        return 0;
      },
    },
    /** The same fields by `JSON.parse`. */
    json: {
      prepare: () => (text = JSON.stringify(round.reading.devices)),
      run: () => {
        JSON.parse(text);
        return text.length;
      },
    },
    track: {
      run: () => {
        const clocks = { takenAt: systemClock.now(), monotonicTime: systemClock.monotonic() };
        round.frame = runAtOnce(tracker.advance({ ...round.reading, ...clocks }));
        return 0;
      },
    },
    encode: {
      prepare: () => ([round.requests, round.points] = [[], 0]),
      run: () => {
        runAtOnce(visitPoints(round.frame, round.frame.monotonicTime, encoder));
        encoder.end();
        return lengthOf(round.requests);
      },
    },
    gzip: { run: () => lengthOf(round.requests.map((bytes) => gzipSync(bytes))) },
  } satisfies Record<string, Stage>;
}

/** A reading of nothing would cost little.
 *
 *  @throws {Error} if not all was read */
export function complete(reading: Reading): Reading {
  const [failure] = reading.failures;
  if (failure !== undefined) throw new Error(failure.message);
  return reading;
}

/** Bytes of all of them. */
export function lengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** The least that any reader must do. Returns the number of bytes. */
function readAndDiscard(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let total = 0;
    const buffer = Buffer.alloc(128 * 1024);
    const socket = connect({
      path,
      onread: {
        buffer,
        callback: (count) => {
          total += count;
          if (buffer[count - 1] === 10 && buffer[count - 2] === 10) socket.destroy();
          return true;
        },
      },
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(total));
    socket.write('get=1\n\n');
  });
}
