import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { READER_PROTOCOL, SOURCES, type Reading, type ReadOptions, type Source } from '@wgotel/core';
import { serveUapi } from '@wgotel/simulator';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ReaderServer, startReader } from '../../core/source/reader-server.js';
import { failures, names, readBriefly, readFrom } from '../../core/source/reading.js';
import { until } from '../../support/process.js';
import { device, peer } from '../../support/snapshots.js';
import { unprivileged } from '../../support/unprivileged.js';

const READING: Reading = { devices: [device([peer('alice')])], failures: [], notes: [] };

/** A source whose readings end when the test says so. */
class HeldSource implements Source {
  readonly name = 'held';
  /** Those under way. */
  readonly waiting: { readonly signal: AbortSignal; readonly end: (reading: Reading) => void }[] = [];
  reads = 0;
  most = 0;

  read({ signal }: ReadOptions): Promise<Reading> {
    this.reads++;
    return new Promise((resolve) => {
      const end = (reading: Reading): void => {
        this.waiting.splice(this.waiting.indexOf(held), 1);
        resolve(reading);
      };
      const held = { signal, end };
      this.waiting.push(held);
      this.most = Math.max(this.most, this.waiting.length);
    });
  }
}

let folder: string;
let path: string;
let reader: InstanceTypeOf<typeof ReaderServer.listen> | undefined;
let log: string[];
let sockets: Socket[];

type InstanceTypeOf<F extends (...args: never[]) => Promise<unknown>> = Awaited<ReturnType<F>>;

async function start(source: Source): Promise<void> {
  reader = await startReader(path, source, (line) => log.push(line));
}

/** Connects and sends something, as a client that takes no care. */
async function client(text = ''): Promise<{ socket: Socket; received: () => string }> {
  const socket = connect({ path, allowHalfOpen: true });
  sockets.push(socket);
  let received = '';
  socket.on('error', () => undefined).on('data', (bytes) => (received += bytes.toString()));
  await once(socket, 'connect');
  socket.write(text);
  return { socket, received: () => received };
}

const ask = (): Promise<Reading> => readFrom(SOURCES.reader({ socket: path }));
const isClosed = ({ closed, destroyed, readableEnded }: Socket): boolean => closed || destroyed || readableEnded;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wgotel-server-'));
  path = join(folder, 'reader.sock');
  log = [];
  sockets = [];
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await reader?.close();
  reader = undefined;
  rmSync(folder, { recursive: true });
});

describe('a reader', () => {
  it('reads when it is asked and not before, once for each who asks, and one after the other', async () => {
    const source = new HeldSource();
    await start(source);
    assert.equal(source.reads, 0);
    const asked = [ask(), ask(), ask()];
    for (let count = 1; count <= 3; count++) {
      const [held] = await until('a reading', () => source.waiting.length > 0 && source.waiting);
      assert.equal(source.reads, count);
      held!.end(READING);
    }
    for (const reading of await Promise.all(asked)) assert.deepEqual(reading, READING);
    assert.deepEqual([source.reads, source.most], [3, 1]);
  });

  it('tells what it has by then when somebody has waited long enough', async () => {
    const source = new HeldSource();
    await start(source);
    const asked = readBriefly(SOURCES.reader({ socket: path }), 50);
    const [held] = await until('the end of patience', () => source.waiting[0]?.signal.aborted && source.waiting);
    held!.end(READING);
    assert.deepEqual(await asked, READING);
  });

  it('breaks a reading off when who asked has gone, and reads for nobody who left before their turn', async () => {
    const source = new HeldSource();
    await start(source);
    const first = await client(READER_PROTOCOL.request);
    await until('a reading', () => source.waiting.length === 1);
    const second = await client(READER_PROTOCOL.request);
    second.socket.destroy();
    first.socket.destroy();
    await until('the end of it', () => source.waiting[0]!.signal.aborted);
    source.waiting[0]!.end(READING);
    const third = ask();
    await until('another reading', () => source.waiting.length === 1);
    source.waiting[0]!.end(READING);
    assert.deepEqual([await third, source.reads], [READING, 2]);
  });

  it('does not wait for one who takes no answer before it answers others', async () => {
    const large = { ...READING, devices: [device(Array.from({ length: 20_000 }, (_, index) => peer(`${index}`)))] };
    await start({ name: 'large', read: () => Promise.resolve(large) });
    const { socket } = await client();
    socket.pause();
    socket.write(READER_PROTOCOL.request);
    const reading = await ask();
    assert.equal(reading.devices[0]?.peers.length, 20_000);
    assert.ok(!isClosed(socket));
  });

  it('answers one who asks a byte at a time', async () => {
    await start({ name: 'good', read: () => Promise.resolve(READING) });
    const { socket, received } = await client();
    for (const byte of READER_PROTOCOL.request) socket.write(byte);
    await until('the answer', () => received().endsWith('end\n'));
  });

  for (const [what, text] of [
    ['garbage', 'GET / HTTP/1.1\r\n\r\n'],
    ['WireGuard', 'get=1\n\n'],
    ['a request without end', READER_PROTOCOL.greeting + 'x'.repeat(300)],
    ['more than a request', READER_PROTOCOL.request + 'x'.repeat(300)],
  ] as const) {
    it(`ends the connection of one who sends ${what}, and reads nothing for long`, async () => {
      const source = new HeldSource();
      await start(source);
      const { socket, received } = await client(text);
      await until('the end', () => isClosed(socket));
      assert.equal(received(), '');
      assert.ok(source.waiting.every(({ signal }) => signal.aborted));
      for (const { end } of source.waiting) end(READING);
    });
  }

  it('ends the connection of one who closes it by half before asking', async () => {
    await start(new HeldSource());
    const { socket } = await client('wgotel');
    socket.end();
    await until('the end', () => isClosed(socket));
  });

  it('tells one who speaks another version of its own, and nothing else', async () => {
    const source = new HeldSource();
    await start(source);
    const { socket, received } = await client('wgotel-reader\t99\tread\n');
    await until('the end', () => isClosed(socket));
    assert.match(received(), /^wgotel-reader\t1\t\d+\.\d+\.\d+\n$/);
    assert.equal(source.reads, 0);
  });

  it('serves eight at a time, turns away who is more, and says so once', async () => {
    const source = new HeldSource();
    await start(source);
    const idle = await Promise.all(Array.from({ length: 8 }, () => client()));
    for (let more = 0; more < 3; more++) assert.deepEqual(failures(await ask()), ['- CONNECTION_FAILED']);
    const said = (): string[] => log.filter((line) => line.includes('\twarn\ta client was turned away'));
    await until('a word of it', () => said().length > 0);
    assert.equal(said().length, 1);
    idle[0]!.socket.destroy();
    const asked = await until('a place', async () => {
      const next = await client(READER_PROTOCOL.request);
      await until('a reading or the end', () => source.waiting.length > 0 || isClosed(next.socket));
      return source.waiting.length > 0 && next;
    });
    source.waiting[0]!.end(READING);
    await until('the answer', () => asked.received().endsWith('end\n'));
  });

  it('survives a source that throws, and says so', async () => {
    await start({ name: 'bad', read: () => Promise.reject(new Error('out of paper')) });
    assert.deepEqual(failures(await ask()), ['- CONNECTION_FAILED']);
    assert.deepEqual(failures(await ask()), ['- CONNECTION_FAILED']);
    assert.match(log[0]!, /\terror\tWireGuard can not be read\t\{"error": "out of paper"\}/);
  });

  it('ends in the middle of a reading', async () => {
    const source = new HeldSource();
    await start(source);
    const asked = ask();
    const [held] = await until('a reading', () => source.waiting.length > 0 && source.waiting);
    held!.signal.addEventListener('abort', () => held!.end(READING));
    await reader!.close();
    reader = undefined;
    assert.deepEqual(failures(await asked), ['- CONNECTION_FAILED']);
    assert.ok(!existsSync(path));
  });
});

describe('the socket of a reader', () => {
  it('is for its own user alone', async () => {
    await start(new HeldSource());
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const refused = await unprivileged(() => ask());
    if (process.getuid?.() === 0) assert.deepEqual(failures(refused), ['- PERMISSION_DENIED']);
  });

  it('takes the place of a stale one, and of nothing else', async () => {
    const stale = await serveUapi(path, Buffer.alloc(0), { type: 'refuse' });
    await start({ name: 'good', read: () => Promise.resolve(READING) });
    assert.deepEqual(names(await ask()), ['wg0']);
    await assert.rejects(startReader(path, new HeldSource()), {
      message: `what is read can't be told at ${path}: another agent listens there; set --socket`,
    });
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await assert.rejects(startReader(file, new HeldSource()), /there is something that is no socket; set --socket$/);
    await stale.close().catch(() => undefined);
  });
});
