import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Simulator } from '@wgotel/simulator';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { freePort, until } from '../../support/process.js';
import { startCli, type AgentProcess } from '../run/agent-process.js';
import { ask } from './served.js';

describe('wgotel run, with pages', () => {
  let folder: string;
  let simulator: Simulator;
  let agent: AgentProcess | undefined;
  let taken: Server;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wgotel-pages-'));
    simulator = new Simulator({ directory: folder });
    simulator.addDevice({ name: 'wg0', peers: 3, age: 600_000 });
    await simulator.start();
    taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    agent?.child.kill('SIGKILL');
    taken.close();
    await simulator.close();
    rmSync(folder, { recursive: true });
  });

  const write = (exporters: object): string => {
    const config = {
      receivers: { wireguard: { source: 'uapi', directory: folder, initial_delay: 0, collection_interval: '200ms' } },
      exporters,
      service: { extensions: [] },
    };
    writeFileSync(join(folder, 'config.yaml'), JSON.stringify(config), { mode: 0o600 });
    return join(folder, 'config.yaml');
  };
  const start = (exporters: object): AgentProcess => (agent = startCli(['run', '--config', write(exporters)]));
  const shows = async (port: number, what: string): Promise<boolean> =>
    ask(port).then(
      ({ body }) => body.includes(what),
      () => false,
    );

  it('shows other profiles in the same place after SIGHUP, and goes on as it was where a new place can’t be had', async () => {
    const port = await freePort();
    const endpoint = `127.0.0.1:${port}`;
    const { child, output, ended } = start({ prometheus: { endpoint } });
    await until('it shows peers', () => shows(port, 'wireguard_peer_io_bytes_total{'));
    assert.ok(await shows(port, 'wgotel_process_memory_usage_bytes '));
    assert.match(output.err, new RegExp(`"exporters": \\["prometheus: http://${endpoint}/metrics"\\]`));
    assert.doesNotMatch(output.err, /nothing is sent/);

    const textfile = { path: join(folder, 'a.prom') };
    write({ prometheus: { endpoint, profiles: ['mindflavor'] }, textfile });
    child.kill('SIGHUP');
    await until('it shows the other profile', () => shows(port, 'wireguard_sent_bytes_total{interface="wg0"'));
    assert.ok(!(await shows(port, 'wireguard_peer_io')));

    const other = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
    write({ prometheus: { endpoint: other, profiles: ['native'] } });
    child.kill('SIGHUP');
    await until('it says so', () => /the old configuration stays.*another program listens there/.test(output.err));
    assert.ok(await shows(port, 'wireguard_sent_bytes_total{interface="wg0"'));
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
  });

  it('ends with code 2 where the place that was asked for can’t be had', async () => {
    const endpoint = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
    const { output, ended } = start({ prometheus: { endpoint } });
    assert.deepEqual(await ended, [2, null]);
    assert.match(
      output.err,
      new RegExp(
        `metrics can't be served on ${endpoint}: another program listens there; set exporters\\.prometheus\\.endpoint`,
      ),
    );
  });
});
