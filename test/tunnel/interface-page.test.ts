import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { startProcess, until, type RunningProcess } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';
import { openTunnel, type Tunnel } from '../support/tunnel.js';

const CLI = repositoryPath('packages/agent/dist/cli.js');
const PORT = 9586;

describe('a page at a WireGuard interface', () => {
  let tunnel: Tunnel;
  let folder: string;
  let agent: RunningProcess;

  /** What b gets of a page, or why it gets none. */
  const askFromB = (address: string): Promise<string> => {
    const ask = `fetch('http://${address}:${PORT}/metrics', { signal: AbortSignal.timeout(5000) }).then((r) => r.text(), (e) => String(e.cause?.code ?? e.name)).then(console.log)`;
    return tunnel.b.exec([process.execPath, '-e', ask]);
  };
  const isServed = async (): Promise<boolean> =>
    (await askFromB(tunnel.a.address)).includes('wireguard_device_up_ratio');
  const isNotServed = async (): Promise<boolean> => !(await listening());
  const listening = async (): Promise<boolean> =>
    (await tunnel.a.exec(['cat', '/proc/net/tcp'])).includes(`:${PORT.toString(16).toUpperCase()} 00000000:0000 0A`);

  before(async () => {
    tunnel = await openTunnel();
    await tunnel.a.stop();
    folder = mkdtempSync(join(tmpdir(), 'wgotel-interface-'));
    const config = {
      receivers: {
        wireguard: {
          source: 'uapi',
          include: { interfaces: [tunnel.a.interface] },
          initial_delay: 0,
          collection_interval: '500ms',
        },
      },
      exporters: { prometheus: { endpoint: `${tunnel.a.interface}:${PORT}` } },
      service: { extensions: [] },
    };
    writeFileSync(join(folder, 'config.yaml'), JSON.stringify(config), { mode: 0o600 });
    const argv = [
      'netns',
      'exec',
      tunnel.a.namespace,
      process.execPath,
      CLI,
      'run',
      '--config',
      join(folder, 'config.yaml'),
    ];
    agent = startProcess('ip', argv);
  });
  after(async () => {
    await agent?.stop();
    await tunnel?.close();
    rmSync(folder, { recursive: true });
  });

  it('of its own accord is on loopback', async () => {
    const argv = ['netns', 'exec', tunnel.b.namespace, process.execPath, CLI, 'run'];
    const other = startProcess('ip', argv, { env: { WGOTEL_CONFIG: '' } });
    try {
      await until('it is served', async () => (await askFromB('localhost')).includes('target_info'), {
        process: other,
      });
    } finally {
      await other.stop();
    }
  });

  it('waits for an address, and says so', async () => {
    await until('it says so', () => agent.output().includes(`${tunnel.a.interface} has no address yet`), {
      process: agent,
    });
    assert.equal(await listening(), false);
  });

  it('is served through the tunnel once the interface has an address, and nowhere else', async () => {
    await tunnel.a.start();
    await tunnel.ping(1);
    await until('it is served', isServed, { process: agent });
    assert.equal((await askFromB('192.0.2.1')).trim(), 'ECONNREFUSED');
  });

  it('is gone with the address, and there again with it', async () => {
    const { a } = tunnel;
    await a.exec(['ip', 'address', 'flush', 'dev', a.interface]);
    await until('nothing listens', isNotServed, { process: agent });
    await a.exec(['ip', 'address', 'add', `${a.address}/24`, 'dev', a.interface]);
    await until('it is served', isServed, { process: agent });
  });

  it('is there again after the interface was made anew', async () => {
    await tunnel.a.recreate();
    await tunnel.ping(1);
    await until('it is served', isServed, { process: agent });
  });
});
