import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, it } from 'mocha';
import { Simulator } from '@wgotel/simulator';
import { repositoryPath } from '../support/repository.js';
import { get, withDirectory } from './raw-client.js';
import { parseReply } from './uapi-text.js';

const CLI = repositoryPath('packages/simulator/dist/cli.js');
const run = promisify(execFile);

describe('wgotel-simulator', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`says one line when listening, and ends on ${signal} without leaving a socket`, () =>
      withDirectory(async (directory) => {
        const args = [
          '--directory',
          directory,
          '--device',
          'wg7',
          '--peers',
          '12',
          '--seed',
          '3',
          '--mix',
          'steady=2,idle=1',
        ];
        const child = spawn(process.execPath, [CLI, ...args, '--age', '600', '--recreate-every', '3600']);
        try {
          const [line] = (await once(child.stdout, 'data')) as [Buffer];
          const path = join(directory, 'wg7.sock');
          assert.equal(line.toString(), `wg7: 12 peers, listening on ${path}\n`);
          assert.equal(parseReply(await get(path)).peers.length, 12);
          child.kill(signal);
          assert.deepEqual(await once(child, 'exit'), [0, null]);
          assert.deepEqual(await readdir(directory), []);
        } finally {
          child.kill('SIGKILL');
        }
      }));
  }

  it('shows an example in its help', async () => {
    const { stdout } = await run(process.execPath, [CLI, '--help']);
    assert.match(stdout, /\$ wgotel-simulator --directory .* --peers 1000/);
  });

  for (const [args, message] of [
    [[], /--directory/],
    [['--directory', 'd', '--peers', '-1'], /whole number/],
    [['--directory', 'd', '--mix', 'lazy=1'], /lazy=1/],
    [['--directory', 'd', '--mix', 'idle=0'], /^wgotel-simulator: mix has no behaviour .*\n$/],
    [['--directory', 'd', '--device', 'a/b'], /^wgotel-simulator: 'a\/b' is no interface name.*\n$/],
    [['--directory', 'd', '--nope'], /^error: unknown option '--nope'\n$/],
  ] as const) {
    it(`refuses ${args.join(' ') || 'no arguments'}`, async () => {
      await assert.rejects(run(process.execPath, [CLI, ...args]), (error: { code: number; stderr: string }) => {
        assert.match(error.stderr, message);
        return error.code === 2;
      });
    });
  }

  it('refuses a device that is already served', () =>
    withDirectory(async (directory) => {
      const simulator = new Simulator({ directory });
      simulator.addDevice({ name: 'wg0' });
      await simulator.start();
      try {
        await assert.rejects(run(process.execPath, [CLI, '--directory', directory]), {
          code: 2,
          stderr: `wgotel-simulator: somebody listens on ${join(directory, 'wg0.sock')}: stop that process or choose another path\n`,
        });
      } finally {
        await simulator.close();
      }
    }));
});
