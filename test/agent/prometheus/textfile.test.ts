import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uptime } from 'node:os';
import { Logger, Textfiles, type TextfilePageConfig } from '@wgotel/agent';
import { Tracker, type Frame } from '@wgotel/core';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { until } from '../../support/process.js';
import { advance, device, peer, snapshot } from '../../support/snapshots.js';
import { problems, read } from '../config/config.js';
import { expositionOf, pageText, receiverWith, sourceOf, type FakeReceiver } from './shown.js';

describe('a text file for node_exporter', () => {
  let folder: string;
  let receiver: FakeReceiver;
  let files: Textfiles;
  let log: string[];
  const path = (name = 'wgotel.prom'): string => join(folder, name);
  const configOf = (...names: readonly string[]): Readonly<Record<string, TextfilePageConfig>> => {
    const exporters = names.map((name, index) => [`textfile/${index}`, { path: path(name) }]);
    return read(JSON.stringify({ exporters: Object.fromEntries(exporters) as object })).textfiles;
  };
  const frameOf = (received: number, collectionInterval = 1e6): Frame => {
    const tracker = new Tracker({ collectionInterval, peerLimit: 10 });
    const monotonicTime = uptime() * 1000;
    return advance(tracker, snapshot(0, [device([peer('a', { receiveBytes: received })])], { monotonicTime }));
  };
  const text = (name?: string): string => readFileSync(path(name), 'utf8');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wgotel-textfile-'));
    log = [];
    receiver = receiverWith(frameOf(1));
    files = new Textfiles(
      () => sourceOf({ wireguard: receiver }),
      new Logger({ stream: { write: (line) => log.push(line) } }),
    );
  });
  afterEach(async () => {
    await files.close();
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true });
  });

  it('is the page, for everybody to read, and there is nothing beside it', async () => {
    await files.configure(configOf('wgotel.prom'));
    await until('it is there', () => readdirSync(folder).includes('wgotel.prom'));
    assert.equal(text(), await pageText(expositionOf({ wireguard: receiver })));
    assert.equal(statSync(path()).mode & 0o777, 0o644);
    assert.deepEqual(readdirSync(folder), ['wgotel.prom']);
  });

  it('is replaced in one step after each scrape', async () => {
    await files.configure(configOf('wgotel.prom'));
    await until('it is there', () => readdirSync(folder).includes('wgotel.prom'));
    const { ino } = statSync(path());
    receiver.receiver.frame = frameOf(2);
    files.publish();
    await until('it is new', () => /direction="receive"\} 2$/m.test(text()));
    assert.notEqual(statSync(path()).ino, ino);
  });

  it('loses what is too old, though nothing is read any longer', async () => {
    receiver.receiver.frame = frameOf(1, 200);
    await files.configure(configOf('wgotel.prom'));
    await until('it is there', () => readdirSync(folder).includes('wgotel.prom'));
    await until('the peer is gone', () => !text().includes('wireguard_peer_io'));
    assert.match(text(), /^target_info/m);
  });

  it('is removed when the agent ends, and when the configuration no longer has it', async () => {
    await files.configure(configOf('a.prom', 'b.prom'));
    await until('both are there', () => readdirSync(folder).length === 2);
    await files.configure(configOf('a.prom'));
    assert.deepEqual(readdirSync(folder), ['a.prom']);
    await files.close();
    assert.deepEqual(readdirSync(folder), []);
  });

  it('that can’t be written is said so, once, and so is that it can be again', async () => {
    await files.configure(configOf('sub.prom'));
    await until('it is there', () => readdirSync(folder).includes('sub.prom'));
    renameSync(folder, `${folder}-away`);
    try {
      for (const _ of [1, 2]) files.publish();
      await until('it is said', () => log.length > 0);
      assert.match(log.join(''), /\twarn\tthe text file can't be written\t.*"why": "ENOENT"/);
    } finally {
      renameSync(`${folder}-away`, folder);
    }
    files.publish();
    await until('it is over', () => log.some((line) => line.includes('the text file is written again')));
    assert.equal(log.length, 2);
  });

  it('in a folder that is not there is refused, and all stays as it was', async () => {
    await files.configure(configOf('wgotel.prom'));
    await until('it is there', () => readdirSync(folder).includes('wgotel.prom'));
    await assert.rejects(
      files.configure(configOf('none/wgotel.prom')),
      /textfile\/0\.path: .* can't be written \(ENOENT\)/,
    );
    assert.deepEqual(readdirSync(folder), ['wgotel.prom']);
    mkdirSync(path('none'));
    await files.configure(configOf('none/wgotel.prom'));
  });

  it('has a place of its own, under a name that node_exporter reads', () => {
    assert.deepEqual(
      problems('exporters: { textfile: { path: a.prom }, textfile/b: { path: /a.txt }, textfile/c: {} }'),
      [
        "w.yaml:1:32 exporters.textfile.path: expected an absolute path that ends in .prom, as node_exporter reads no others, not 'a.prom'",
        "w.yaml:1:62 exporters.textfile/b.path: expected an absolute path that ends in .prom, as node_exporter reads no others, not '/a.txt'",
        'w.yaml:1:84 exporters.textfile/c.path: is missing: expected a text',
      ],
    );
    assert.deepEqual(problems('exporters: { textfile: { path: /a.prom }, textfile/b: { path: /a.prom } }'), [
      'w.yaml:1:63 exporters.textfile/b.path: textfile is there already: each page needs a place',
    ]);
  });
});
