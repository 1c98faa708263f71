/**
 * Reads the served devices over and over, then writes down all that is live in this process:
 *   node --expose-gc --heap-snapshot-string-limit=N read.js FOLDER nothing|buffer|slice
 * `buffer` and `slice` keep a part of a reply as a parser that takes no care would.
 */
import { closeSync, openSync, readdirSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { Session } from 'node:inspector';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeHeapSnapshot } from 'node:v8';
import { SOURCES, type Reading } from '@wgotel/core';
import { repositoryPath } from '../../support/repository.js';
import { FakeKernel } from '../source/fake-kernel.js';
import { NetlinkSource } from '../source/internals.js';
import { startReader } from '../source/reader-server.js';
import { FILES, PUBLIC_MARK, type Plant } from './folder.js';

const READINGS = 20;

const folder = process.argv[2]!;
const plant = process.argv[3] as Plant;
const options = {
  directory: join(folder, 'sockets'),
  command: [process.execPath, repositoryPath('build/test/core/source/fake-wg.js'), folder],
};

const kept: unknown[] = [];

// All stay reachable to the end. Readers are in the same process as who asks them, so both sides are searched.
const own = [SOURCES.uapi(options), SOURCES['wg-show'](options), new NetlinkSource({}, async () => kernel().sockets)];
const readers = await Promise.all(
  own.map((source) => startReader(join(folder, `${source.name}.sock`), source, (line) => console.error(line))),
);
const sources = [...own, ...own.map(({ name }) => SOURCES.reader({ socket: join(folder, `${name}.sock`) }))];
for (const source of sources) {
  let previous: Reading | undefined;
  for (let count = 0; count < READINGS; count++) {
    previous = await source.read({ signal: new AbortController().signal, previous });
    kept.push(previous);
  }
  // One that is broken off.
  kept.push(await source.read({ signal: AbortSignal.timeout(1), previous }));
}
writeFileSync(join(folder, FILES.outputs), JSON.stringify(kept));
kept.push(Buffer.from(PUBLIC_MARK));
if (plant !== 'nothing') kept.push(await carelessly(plant));

await delay(50);
globalThis.gc!();
globalThis.gc!();
writeFileSync(join(folder, FILES.heap), '');
writeHeapSnapshot(join(folder, FILES.heap));
const file = openSync(join(folder, FILES.buffers), 'w');
for (const buffer of liveBuffers()) if (buffer.byteLength > 0) writeSync(file, new Uint8Array(buffer));
// Reachable until here.
process.exitCode = kept.length > 0 && sources.length > 0 ? 0 : 1;
for (const reader of readers) await reader.close();

/** A kernel whose answers go from files into the buffer of whoever asks, and lie nowhere else. */
function kernel(): FakeKernel {
  const fake = new FakeKernel();
  const lists = join(folder, FILES.kernel);
  const noKey = Buffer.alloc(32);
  fake.serve(readdirSync(lists).map((name) => ({ name, privateKey: noKey, publicKey: noKey, peers: [] })));
  fake.answer = ({ name }) =>
    Array.from(readdirSync(join(lists, name)), Number)
      .toSorted((a, b) => a - b)
      .map((index) => (into) => {
        const datagram = openSync(join(lists, name, String(index)), 'r');
        const length = readSync(datagram, into);
        closeSync(datagram);
        return length;
      });
  return fake;
}

/** Reads a reply and keeps its bytes, or a string cut out of its text, which keeps all of the text. */
async function carelessly(kind: Plant): Promise<unknown> {
  const socket = connect(join(options.directory, 'wgsmall.sock'));
  socket.write('get=1\n\n');
  let bytes = Buffer.alloc(0);
  for await (const chunk of socket) {
    bytes = Buffer.concat([bytes, chunk as Buffer]);
    if (bytes.subarray(-2).toString() === '\n\n') break;
  }
  if (kind === 'buffer') return bytes;
  const text = bytes.toString('latin1');
  const at = text.indexOf(PUBLIC_MARK);
  return text.slice(at, at + PUBLIC_MARK.length);
}

/** All ArrayBuffers that are reachable. */
function liveBuffers(): ArrayBuffer[] {
  const session = new Session();
  session.connect();
  const holder = globalThis as { liveBuffers?: ArrayBuffer[] };
  session.post('Runtime.evaluate', { expression: 'ArrayBuffer.prototype' }, (failed, prototype) => {
    if (failed !== null) throw failed;
    session.post('Runtime.queryObjects', { prototypeObjectId: prototype.result.objectId! }, (error, { objects }) => {
      if (error !== null) throw error;
      const functionDeclaration = 'function () { globalThis.liveBuffers = this; }';
      session.post('Runtime.callFunctionOn', { objectId: objects.objectId!, functionDeclaration });
    });
  });
  session.disconnect();
  return holder.liveBuffers!;
}
