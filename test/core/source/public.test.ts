import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { isWireGuardError, SOURCES } from '@wgotel/core';
import { describe, it } from 'mocha';
import { repositoryPath } from '../../support/repository.js';
import { toAnswers, toDump } from './device-text.js';
import { asksAmnezia, isLocal, readingBy, toDump as fromAnswers } from './internals.js';
import { failures, readFrom, testDevice } from './reading.js';
import { planDump, withSource } from './served-source.js';

const ALICE = { name: 'alice', secret: true, endpoint: '192.0.2.1:1', allowedIPs: ['10.0.0.1/32', 'fd00::/8'] };
const BOB = { name: 'bob', handshake: 1_795_295_123, receiveBytes: 1, transmitBytes: 2, keepalive: 25 };
const WG0 = testDevice('wgtest0', [ALICE, BOB]);

type Answers = Parameters<typeof fromAnswers>[0];

describe('wg-show, reading without keys', () => {
  it('asks for nothing that holds a key, and for just what docs/sources.md has sudo grant', () =>
    withSource('wg-show', 'public', async ({ source, wg }) => {
      planDump(wg, [WG0]);
      await readFrom(source);
      const asked = wg.calls().map(({ args }) => args.join(' '));
      await SOURCES.auto({ command: wg.command, directory: '/nowhere', read: 'public' }).read({
        signal: AbortSignal.timeout(5000),
        previous: undefined,
      });
      const all = new Set([...asked, ...wg.calls().map(({ args }) => args.join(' '))]);
      assert.ok([...all].every((args) => !/dump|private-key|preshared-keys/.test(args)));
      const granted = readFileSync(repositoryPath('docs/sources.md'), 'utf8').matchAll(
        /NOPASSWD: \/usr\/bin\/wg (.*)$/gm,
      );
      assert.deepEqual([...all].toSorted(), [...granted].map(([, args]) => args!).toSorted());
    }));

  it('does not take AmneziaWG for plain, as these answers do not tell', () =>
    withSource('wg-show', undefined, async ({ wg }) => {
      planDump(wg, [WG0]);
      for (const [word, read, standard] of [
        ['wg', 'public', true],
        ['awg', 'public', false],
        ['awg', 'dump', true],
      ] as const) {
        // The stand-in takes no notice of an argument of node's.
        const command = [wg.command[0]!, `--title=${word}`, ...wg.command.slice(1)];
        const { devices } = await readFrom(SOURCES['wg-show']({ command, read }));
        assert.deepEqual(
          devices.map(({ standardMessages }) => standardMessages),
          [standard],
        );
      }
      assert.ok(asksAmnezia(['ssh', 'gateway', 'sudo -n /usr/bin/awg']) && !asksAmnezia(['sudo', 'wg', 'awgx']));
    }));

  it('leaves out a peer and a device that not every answer knows', () => {
    const answers = toAnswers(toDump(WG0) + toDump(testDevice('wgtest1', [BOB]))) as Answers;
    const bob = answers['transfer']
      .split('\n')
      .findIndex((line) => line.startsWith('wgtest0') && line.endsWith('1\t2'));
    const transfer = answers['transfer'].split('\n').filter((_, index) => index !== bob);
    const marks = answers['fwmark'].replace(/^wgtest1.*\n/m, '');
    const dump = fromAnswers({ ...answers, transfer: transfer.join('\n'), fwmark: marks });
    assert.deepEqual(
      dump.split('\n').map((line) => line.split('\t').length),
      [5, 9, 1],
    );
    assert.ok(!dump.includes('wgtest1'));
  });

  it('refuses an answer with columns missing', () => {
    const answers = toAnswers(toDump(WG0)) as Answers;
    assert.throws(
      () => fromAnswers({ ...answers, endpoints: 'wgtest0\n' }),
      (error) => isWireGuardError(error) && error.code === 'PROTOCOL' && /endpoints/.test(error.message),
    );
  });

  for (const [command, local, reading] of [
    [['wg'], true, 'dump'],
    [['/usr/bin/awg'], true, 'dump'],
    [['sudo', '-n', 'wg'], true, 'public'],
    [['/usr/bin/doas', 'wg'], true, 'public'],
    [['ssh', 'gateway', 'wg'], false, 'public'],
    [['docker', 'exec', 'wg-easy', 'wg'], false, 'dump'],
    [['sudo', 'docker', 'exec', 'wg-easy', 'wg'], false, 'public'],
    [['nsenter', '--net=/run/netns/blue', '--', 'wg'], false, 'dump'],
  ] as const) {
    it(`through ${command.join(' ')} reads ${reading}, ${local ? 'here' : 'elsewhere'}`, () => {
      assert.deepEqual([isLocal(command), readingBy(command)], [local, reading]);
    });
  }

  for (const [complaint, code] of [
    ['sudo: a password is required', 'PERMISSION_DENIED'],
    ['ssh: connect to host gateway port 22: Connection refused', 'SOURCE_UNAVAILABLE'],
    ['nsenter: cannot open /run/netns/blue: No such file or directory', 'SOURCE_UNAVAILABLE'],
    ["nsenter: reassociate to namespace 'ns/net' failed: Operation not permitted", 'PERMISSION_DENIED'],
    ['Error response from daemon: No such container: wg-easy', 'SOURCE_UNAVAILABLE'],
  ] as const) {
    it(`takes "${complaint}" for ${code} of the whole source`, () =>
      withSource('wg-show', undefined, async ({ source, wg }) => {
        wg.plan({ complaints: `${complaint}\n`, exitCode: 1 });
        const reading = await readFrom(source);
        assert.deepEqual(
          reading.failures.map((failure) => [failure.device, failure.code]),
          [[undefined, code]],
        );
      }));
  }
});

describe('which devices are read', () => {
  for (const name of ['uapi', 'wg-show', 'auto'] as const) {
    it(`${name} leaves alone what it is told to`, () =>
      withSource(name, undefined, async ({ sockets, wg }) => {
        const devices = [WG0, testDevice('wgtest1'), testDevice('wgtest2')];
        await sockets.serve(devices);
        planDump(wg, devices);
        const reads = (device: string): boolean => device !== 'wgtest1';
        const source = SOURCES[name]({ directory: sockets.directory, command: wg.command, reads });
        const reading = await readFrom(source);
        assert.deepEqual(
          [failures(reading), reading.devices.map((device) => device.name)],
          [[], ['wgtest0', 'wgtest2']],
        );
      }));
  }
});
