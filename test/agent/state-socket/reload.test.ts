import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Simulator } from '@wgotel/simulator';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { freePort, until } from '../../support/process.js';
import { startCli, type AgentProcess } from '../run/agent-process.js';
import { askOnce } from './clients.js';

let folder: string;
let simulator: Simulator;
let agent: AgentProcess;

interface Wanted {
  readonly socket?: string;
  readonly port?: number;
  readonly exporters?: string;
}

function write({ socket, port, exporters = '{}' }: Wanted): void {
  const sections = [
    ...(socket === undefined ? [] : [`state_socket: ${socket}`]),
    ...(port === undefined ? [] : [`health: { endpoint: "127.0.0.1:${port}" }`]),
  ];
  const listed = sections.map((section) => section.split(':', 1)[0]);
  const text = `receivers: { wireguard: { source: uapi, directory: ${folder}/uapi, initial_delay: 0, collection_interval: 200ms } }
exporters: ${exporters}
extensions: { ${sections.join(', ')} }
service: { extensions: [${listed.join(', ')}] }`;
  writeFileSync(join(folder, 'config.yaml'), text, { mode: 0o600 });
}

const at = (name: string): string => join(folder, name);
const tunnelsAt = async (name: string): Promise<number> =>
  (await askOnce(at(name))).filter(({ type }) => type === 'tunnel').length;
const isHealthy = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/-/healthy`).then(
    ({ ok }) => ok,
    () => false,
  );

async function reload(wanted: Wanted, said: RegExp): Promise<void> {
  const before = agent.output.err.length;
  write(wanted);
  agent.child.kill('SIGHUP');
  await until('it has reloaded', () => said.test(agent.output.err.slice(before)));
}
const DONE = /the configuration was read again/;

describe('the state socket, on SIGHUP', function () {
  this.timeout(60_000);
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wgotel-hup-'));
    mkdirSync(at('uapi'));
    simulator = new Simulator({ directory: at('uapi') });
    simulator.addDevice({ name: 'wg0', peers: 3, age: 600_000 });
    await simulator.start();
  });
  afterEach(async () => {
    agent.child.kill('SIGKILL');
    await agent.ended;
    await simulator.close();
    rmSync(folder, { recursive: true });
  });
  const start = async (wanted: Wanted): Promise<void> => {
    write(wanted);
    agent = startCli(['run', '--config', at('config.yaml')]);
    await until('it listens', () => existsSync(at('a.sock')), { timeoutMs: 30_000 });
    await until('it has scraped', async () => (await tunnelsAt('a.sock')) === 3);
  };

  it('moves, changes its permissions in its place, and goes when nobody wants it', async () => {
    await start({ socket: `{ path: ${at('a.sock')} }` });
    await reload({ socket: `{ path: ${at('b.sock')} }` }, DONE);
    assert.deepEqual([existsSync(at('a.sock')), await tunnelsAt('b.sock')], [false, 3]);
    await reload({ socket: `{ path: ${at('b.sock')}, mode: '0600' }` }, DONE);
    assert.deepEqual([statSync(at('b.sock')).mode & 0o777, await tunnelsAt('b.sock')], [0o600, 3]);
    await reload({}, DONE);
    assert.equal(existsSync(at('b.sock')), false);
  });

  it('stays, as everything does, where a part of the new configuration can not be had', async () => {
    const [port, other] = [await freePort(), await freePort()];
    await start({ socket: `{ path: ${at('a.sock')} }`, port });
    writeFileSync(at('taken'), 'mine');
    for (const [wanted, said] of [
      // Health has moved already when the socket can't.
      [{ socket: `{ path: ${at('taken')} }`, port: other }, /the old configuration stays.*something that is no socket/],
      // Both have.
      [
        {
          socket: `{ path: ${at('b.sock')} }`,
          port: other,
          exporters: `{ otlp_grpc: { endpoint: "https://127.0.0.1:1", tls: { ca_file: ${at('no-such.pem')} } } }`,
        },
        /the old configuration stays.*no-such\.pem/,
      ],
    ] as const) {
      await reload(wanted, said);
      await until('health is back', () => isHealthy(port));
      assert.deepEqual(
        [await isHealthy(other), existsSync(at('b.sock')), await tunnelsAt('a.sock')],
        [false, false, 3],
      );
    }
  });
});
