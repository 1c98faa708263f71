import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { HostBook, Logger, SetupBook } from '@wgotel/agent';
import { after, before, describe, it } from 'mocha';

const ALICE = 'JmrLNx26yVl1r88heIbK+2k2pT/6OW5osbxEEoMB8g0=';
const MINUTE = 60_000;

/** Lets promises that are settled have their say. */
const settle = (): Promise<void> => setImmediate();

describe('names of hosts', () => {
  it('are looked up in the background, two at a time, and again after five minutes', async () => {
    let now = 0;
    const asked: string[] = [];
    const answers: (() => void)[] = [];
    const book = new HostBook(
      () => now,
      (host) => {
        asked.push(host);
        return new Promise((resolve) => answers.push(() => resolve(['2001:DB8::1', '192.0.2.1'])));
      },
    );
    book.refresh(['a', 'b', 'c']);
    book.refresh(['a', 'b', 'c']);
    assert.deepEqual(asked, ['a', 'b']);
    assert.deepEqual(book.addressesOf('a'), []);
    assert.equal(book.takeChanges(), false);
    answers.shift()!();
    await settle();
    assert.deepEqual(asked, ['a', 'b', 'c']);
    assert.deepEqual(book.addressesOf('a'), ['192.0.2.1', '2001:db8::1']);
    assert.equal(book.takeChanges(), true);
    assert.equal(book.takeChanges(), false);
    answers.splice(0).forEach((answer) => answer());
    await settle();
    now = 5 * MINUTE - 1;
    book.refresh(['a', 'b', 'c']);
    assert.equal(asked.length, 3);
    now = 5 * MINUTE;
    book.refresh(['a']);
    assert.deepEqual(asked.slice(3), ['a']);
    book.takeChanges();
    answers.shift()!();
    await settle();
    assert.equal(book.takeChanges(), false, 'the same answer is no change');
    assert.deepEqual(book.addressesOf('b'), [], 'who is not asked for is forgotten');
  });

  it('that nobody knows stand for nothing', async () => {
    const book = new HostBook(
      () => 0,
      () => Promise.reject(new Error('ENOTFOUND')),
    );
    book.refresh(['a']);
    await settle();
    assert.deepEqual(book.addressesOf('a'), []);
  });
});

describe('the setups of devices', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'wgsetup-'))));
  after(() => rmSync(folder, { recursive: true }));
  const text = (port: number): string =>
    `[Interface]\nListenPort=${port}\n[Peer]\nPublicKey=${ALICE}\nEndpoint=vpn.example.com:1\n`;

  it('are read again when a file changes, and stay as they were when it breaks', async () => {
    const file = join(folder, 'wg0.conf');
    writeFileSync(file, text(1));
    const lines: string[] = [];
    const log = new Logger({ level: 'info', stream: { write: (line) => lines.push(line) } });
    const book = new SetupBook({ files: [file], endpointNames: true }, log, () => Promise.resolve(['192.0.2.9']));
    await book.refresh();
    const first = book.expected('wg0');
    assert.equal(first?.listenPort, 1);
    assert.deepEqual(first.peers[0]?.endpoint, { host: 'vpn.example.com', addresses: [] });
    assert.equal(book.expected('wg1'), undefined);
    await settle();
    await book.refresh();
    const resolved = book.expected('wg0');
    assert.deepEqual(resolved?.peers[0]?.endpoint?.addresses, ['192.0.2.9']);
    await book.refresh();
    assert.equal(book.expected('wg0'), resolved, 'nothing changed, so it is the same object');
    writeFileSync(file, text(22));
    await book.refresh();
    assert.equal(book.expected('wg0')?.listenPort, 22);
    writeFileSync(file, '[Peer]\n');
    await book.refresh();
    await book.refresh();
    assert.equal(book.expected('wg0')?.listenPort, 22);
    assert.match(book.problems.get(file)!, /peer 1: expected PublicKey/);
    assert.equal(lines.length, 1);
    writeFileSync(file, '[Interface]\nSaveConfig=true\n');
    await book.refresh();
    assert.equal(book.expected('wg0'), undefined);
    assert.equal(book.problems.size, 0);
  });

  it('have no addresses unless somebody wants names looked up', async () => {
    const file = join(folder, 'wg2.conf');
    writeFileSync(file, text(1));
    const book = new SetupBook({ files: [file], endpointNames: false }, new Logger({ level: 'error' }), () => {
      throw new Error('nobody may ask');
    });
    await book.refresh();
    await book.refresh();
    assert.deepEqual(book.expected('wg2')?.peers[0]?.endpoint, { host: 'vpn.example.com', addresses: [] });
  });
});
