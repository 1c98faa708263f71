import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reading } from '@wgotel/core';
import { after, before, describe, it } from 'mocha';
import { repositoryPath } from '../support/repository.js';
import { PUBLIC_MARK, type Plant } from './secrets/folder.js';
import { KeySearch, readRemains, type Remains } from './secrets/search.js';

const program = (name: string): string => repositoryPath(`build/test/core/secrets/${name}.js`);

describe('keys after reading', function () {
  this.timeout(60_000);

  let folder: string;
  let server: ChildProcess;
  let search: KeySearch;
  let count: number;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wgsecrets-'));
    server = fork(program('serve'), [folder], { execArgv: [] });
    await once(server, 'message');
    const keys = (await readFile(join(folder, 'keys'), 'utf8')).split('\n');
    count = keys.length;
    search = new KeySearch(keys);
  });

  after(async () => {
    server.disconnect();
    await once(server, 'exit');
    await rm(folder, { recursive: true });
  });

  /** Has a process of its own read, and returns what was live in it at the end and what it printed. */
  async function remainsOf(plant: Plant): Promise<Remains & { printed: string }> {
    // V8 cuts strings in a snapshot after 1024 characters unless told otherwise. A buffer that was never written to holds
    // what lay in its memory before, which Node itself may have freed after reading a pipe: that nobody kept it is what is
    // tested here.
    const execArgv = ['--expose-gc', '--heap-snapshot-string-limit=1000000000', '--zero-fill-buffers'];
    const reader = fork(program('read'), [folder, plant], { execArgv, silent: true });
    let printed = '';
    reader.stdout?.on('data', (text) => (printed += text));
    reader.stderr?.on('data', (text) => (printed += text));
    const [code] = (await once(reader, 'close')) as [number | null];
    assert.equal(code, 0, printed);
    return { ...readRemains(folder), printed };
  }

  const inStrings = ({ strings }: Remains): boolean => strings.some((text) => search.inText(text));

  it('are in no output, live string or live ArrayBuffer', async () => {
    const remains = await remainsOf('nothing');
    assert.equal(count, 2 + 403 + 2 + 6);

    // The search is worth something only where there is something.
    const readings = JSON.parse(remains.outputs) as Reading[];
    const failures = readings.flatMap((reading) => reading.failures);
    const codes = new Set(failures.map(({ source, code }) => `${source} ${code}`));
    for (const code of [
      'uapi PROTOCOL',
      'uapi CONNECTION_FAILED',
      'wg-show PROTOCOL',
      'wg-show TIMEOUT',
      'netlink PROTOCOL',
      'netlink READ_FAILED',
    ]) {
      assert.ok(codes.has(code), `no ${code} among ${[...codes].join()}`);
    }
    // Twenty times from each of three sources, and as often through a reader of each.
    assert.ok(readings.filter(({ devices }) => devices.some(({ name }) => name === 'wglarge')).length >= 120);
    assert.ok(remains.strings.includes(PUBLIC_MARK));
    assert.ok(remains.buffers.includes(PUBLIC_MARK));

    assert.ok(!search.inText(remains.outputs), 'a key in what a source returned');
    assert.ok(!search.inText(remains.printed), 'a key in what was printed');
    assert.ok(!inStrings(remains), 'a key in a live string');
    assert.ok(!search.inBytes(remains.buffers), 'a key in a live ArrayBuffer');
  });

  it('are found in a buffer that was kept', async () => {
    assert.ok(search.inBytes((await remainsOf('buffer')).buffers));
  });

  it('are found in the text that a string cut out of it keeps', async () => {
    assert.ok(inStrings(await remainsOf('slice')));
  });
});

describe('KeySearch', () => {
  const KEY = '00112233445566778899aabbccddeeffDEADBEEFDEADBEEF0123456789abcdef'.toLowerCase();
  const search = new KeySearch([KEY]);
  const raw = Buffer.from(KEY, 'hex');

  for (const text of [
    KEY,
    KEY.toUpperCase(),
    raw.toString('base64'),
    `key=${KEY.slice(3, 19)}`,
    `\t${raw.toString('base64').slice(20, 36)}\n`,
  ]) {
    it(`finds ${JSON.stringify(text)}`, () => {
      assert.ok(search.inText(`some ${text} other`));
      assert.ok(search.inBytes(Buffer.from(text)));
    });
  }

  for (const half of [raw.subarray(0, 16), raw.subarray(16)]) {
    it(`finds the bytes ${half.toString('hex')}`, () => assert.ok(search.inBytes(Buffer.concat([Buffer.of(1), half]))));
  }

  it('finds nothing else', () => {
    const text = `${'0'.repeat(64)} ${KEY.slice(0, 15)} ${Buffer.alloc(32, 1).toString('base64')}`;
    assert.ok(!search.inText(text));
    assert.ok(!search.inBytes(Buffer.concat([raw.subarray(0, 15), Buffer.from(text)])));
  });
});
