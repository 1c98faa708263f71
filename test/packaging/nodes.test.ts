import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Simulator } from '@wgotel/simulator';
import { execa } from 'execa';
import { after, before, describe, it } from 'mocha';
import { OtlpServer } from '../agent/exporter/otlp-server.js';
import { until } from '../support/process.js';
import { decodeMetrics } from '../support/otlp.js';
import { nodeFolder, OTHER_NODES } from './nodes.js';
import { openScratch, type Scratch } from './scratch.js';

describe('the agent, installed for all users', function () {
  this.timeout(240_000);
  let scratch: Scratch;
  let folder: string;
  let simulator: Simulator;
  before(async () => {
    scratch = await openScratch();
    folder = await mkdtemp(join(tmpdir(), 'wgotel-global-'));
    const tarballs = scratch.packages.filter(({ name }) => name !== '@wgotel/simulator').map(({ tarball }) => tarball);
    await execa('npm', ['install', '--global', '--prefix', folder, ...tarballs]);
    simulator = new Simulator({ directory: join(folder, 'sockets') });
    simulator.addDevice({ name: 'wg0', peers: 5, age: 600_000 });
    await mkdir(join(folder, 'sockets'));
    await simulator.start();
  });
  after(async () => {
    await simulator.close();
    await scratch.remove();
    await rm(folder, { recursive: true });
  });

  for (const major of [undefined, ...OTHER_NODES]) {
    it(`reads and delivers on Node ${major ?? process.versions.node}, with nothing in its environment but PATH`, async () => {
      const bin = major === undefined ? dirname(process.execPath) : await nodeFolder(major);
      const env = { PATH: `${bin}:/usr/bin:/bin` };
      const wgotel = join(folder, 'bin', 'wgotel');
      const reading = ['--source', 'uapi', '--uapi-directory', join(folder, 'sockets')];
      const version = await execa('node', ['--version'], { env, extendEnv: false });
      assert.ok(version.stdout.startsWith(`v${major ?? process.versions.node}`));
      const { stdout, stderr } = await execa(wgotel, ['once', '--format', 'json', ...reading], {
        env,
        extendEnv: false,
      });
      assert.equal(stderr, '');
      assert.equal(JSON.parse(stdout).devices[0].peers.length, 5);

      const server = await OtlpServer.start();
      const args = ['run', '--interval', '200ms', '--endpoint', `http://127.0.0.1:${server.port}`, ...reading];
      const agent = spawn(wgotel, args, { env });
      const ended = once(agent, 'close');
      try {
        await until('it delivers', () => server.received.length > 1);
        assert.ok(decodeMetrics(server.received[0]!.bytes).some(({ metric }) => metric === 'wireguard.peer.io'));
        agent.kill('SIGTERM');
        assert.deepEqual(await ended, [0, null]);
      } finally {
        agent.kill('SIGKILL');
        server.stop();
      }
    });
  }
});
