import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { READER_PROTOCOL } from '@wgotel/core';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { read } from '../agent/config/config.js';
import { repositoryPath } from '../support/repository.js';

const UNITS = repositoryPath('deploy/systemd');
const text = (name: string): string => readFileSync(join(UNITS, name), 'utf8');

/** What docs/systemd.md says of the exposure by systemd's own measure, 0 to 10: of a unit alone (`''`) or with a drop-in, at
 *  most. */
const DOCUMENTED = [
  ...readFileSync(repositoryPath('docs/systemd.md'), 'utf8').matchAll(
    /^\| `([\w-]+\.service)` +\| (?:`([\w-]+\.conf)`)? *\| ([\d.]+) +\|$/gm,
  ),
].map(([, unit = '', dropIn = '', most]) => ({ unit, dropIn, most: Number(most) }));

/** What goes with the reader too. */
const OF_BOTH = ['userspace.conf', 'netns.conf'];

let folder: string;

/** Puts a unit and a drop-in where systemd-analyze looks. */
function install(name: string, dropIn: string): string {
  const unit = join(folder, name);
  copyFileSync(join(UNITS, name), unit);
  mkdirSync(`${unit}.d`);
  if (dropIn !== '') copyFileSync(join(UNITS, 'wgotel.service.d', dropIn), join(`${unit}.d`, dropIn));
  return unit;
}

/** The settings of a unit below [Service], a line each. */
function settings(name: string): string[] {
  return text(name)
    .split('[Service]')[1]!
    .split('[Install]')[0]!
    .split('\n')
    .filter((line) => /^\w/.test(line));
}

describe('a systemd unit', () => {
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'wgotel-unit-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('has a stated exposure with each of its drop-ins, and the base unit one of 2.0 or less', () => {
    const stated = (name: string): string[] =>
      DOCUMENTED.filter(({ unit }) => unit === name)
        .map(({ dropIn }) => dropIn)
        .toSorted();
    assert.deepEqual(stated('wgotel.service'), ['', ...readdirSync(join(UNITS, 'wgotel.service.d'))].toSorted());
    assert.deepEqual(stated('wgotel-reader.service'), ['', ...OF_BOTH].toSorted());
    const base = DOCUMENTED.find(({ unit, dropIn }) => unit === 'wgotel.service' && dropIn === '');
    assert.ok(base !== undefined && base.most <= 2);
  });

  it('confines the reader as it does the agent, and keeps it from any network', () => {
    const [agent, reader] = [settings('wgotel.service'), settings('wgotel-reader.service')];
    const own =
      /^(?:Exec|Syslog|Environment|StateDirectory|RuntimeDirectory|User|RestrictAddressFamilies|IPAddressDeny)/;
    const common = (lines: readonly string[]): string[] => lines.filter((line) => !own.test(line));
    assert.deepEqual(common(reader), common(agent));
    const families = reader.filter((line) => line.startsWith('RestrictAddressFamilies='));
    assert.deepEqual(families, ['RestrictAddressFamilies=AF_UNIX AF_NETLINK']);
    assert.ok(reader.includes('IPAddressDeny=any'));
    assert.ok(reader.includes('LimitCORE=0'));
  });

  it('makes a folder for the socket of the reader that nobody else enters, where the agent looks for it', () => {
    const [made] = /(?<=^RuntimeDirectory=).*$/m.exec(text('wgotel-reader.service'))!;
    assert.equal(`/run/${made}`, dirname(READER_PROTOCOL.socket));
    assert.match(text('wgotel-reader.service'), /^RuntimeDirectoryMode=0700$/m);
  });

  it('makes a folder for the state socket in which nothing else is written', () => {
    const made = /^RuntimeDirectory=(.*)$/m
      .exec(text('wgotel.service'))![1]!
      .split(' ')
      .map((name) => `/run/${name}`);
    const socket = read(undefined).stateSocket!.path;
    const names = /--output (\S+)$/m.exec(text('wgotel.service.d/names.conf'))![1]!;
    assert.deepEqual(made, [dirname(names), dirname(socket)]);
    assert.ok(!names.startsWith(`${dirname(socket)}/`));
  });

  for (const { unit: file, dropIn, most } of DOCUMENTED) {
    const name = dropIn === '' ? file : `${file} with ${dropIn}`;

    it(`${name} is understood by systemd`, async () => {
      const unit = install(file, dropIn);
      const { stderr, exitCode } = await execa('systemd-analyze', ['verify', '--man=no', unit], { reject: false });
      const ours = stderr.split('\n').filter((line) => line.includes('wgotel'));
      assert.deepEqual([ours, exitCode], [[], 0]);
    });

    it(`${name} is exposed no more than ${most}`, async () => {
      const unit = install(file, dropIn);
      const { stdout } = await execa('systemd-analyze', ['security', '--offline=true', '--no-pager', unit], {
        reject: false,
      });
      const level = Number(/Overall exposure level for .*: ([\d.]+)/.exec(stdout)?.[1]);
      assert.ok(level <= most, `${level}\n${stdout}`);
    });
  }
});
