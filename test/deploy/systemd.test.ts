import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { read } from '../agent/config/config.js';
import { repositoryPath } from '../support/repository.js';

const UNITS = repositoryPath('deploy/systemd');
const DROP_INS = readdirSync(join(UNITS, 'wgotel.service.d'));

/** Exposure by systemd's own measure, 0 to 10, at most; a drop-in is looked at together with the unit. */
const MOST_EXPOSED: Readonly<Record<string, number>> = {
  '': 1.7,
  'userspace.conf': 1.9,
  'netns.conf': 2.3,
  'names.conf': 1.7,
};

let folder: string;

/** Puts the unit and some drop-ins where systemd-analyze looks. */
function install(dropIns: readonly string[]): string {
  const unit = join(folder, 'wgotel.service');
  copyFileSync(join(UNITS, 'wgotel.service'), unit);
  mkdirSync(`${unit}.d`);
  for (const name of dropIns) copyFileSync(join(UNITS, 'wgotel.service.d', name), join(`${unit}.d`, name));
  return unit;
}

describe('the systemd unit', () => {
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'wgotel-unit-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('has a stated exposure for each drop-in', () => {
    assert.deepEqual(Object.keys(MOST_EXPOSED).toSorted(), ['', ...DROP_INS].toSorted());
  });

  it('makes a folder for the state socket in which nothing else is written', () => {
    const text = (name: string): string => readFileSync(join(UNITS, name), 'utf8');
    const made = /^RuntimeDirectory=(.*)$/m
      .exec(text('wgotel.service'))![1]!
      .split(' ')
      .map((name) => `/run/${name}`);
    const socket = read(undefined).stateSocket!.path;
    const names = /--output (\S+)$/m.exec(text('wgotel.service.d/names.conf'))![1]!;
    assert.deepEqual(made, [dirname(names), dirname(socket)]);
    assert.ok(!names.startsWith(`${dirname(socket)}/`));
  });

  for (const dropIn of ['', ...DROP_INS]) {
    const name = dropIn === '' ? 'alone' : `with ${dropIn}`;

    it(`${name} is understood by systemd`, async () => {
      const unit = install(dropIn === '' ? [] : [dropIn]);
      const { stderr, exitCode } = await execa('systemd-analyze', ['verify', '--man=no', unit], { reject: false });
      const ours = stderr.split('\n').filter((line) => line.includes('wgotel'));
      assert.deepEqual([ours, exitCode], [[], 0]);
    });

    it(`${name} is exposed no more than ${MOST_EXPOSED[dropIn]}`, async () => {
      const unit = install(dropIn === '' ? [] : [dropIn]);
      const { stdout } = await execa('systemd-analyze', ['security', '--offline=true', '--no-pager', unit], {
        reject: false,
      });
      const level = Number(/Overall exposure level for .*: ([\d.]+)/.exec(stdout)?.[1]);
      assert.ok(level <= MOST_EXPOSED[dropIn]!, `${level}\n${stdout}`);
    });
  }
});
