import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Simulator } from '@wgotel/simulator';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { parseLines } from '../../../support/line-protocol.js';
import { until } from '../../../support/process.js';
import { startCli, type AgentProcess } from '../../run/agent-process.js';
import { LiveServer } from '../grafana-live/live-server.js';
import { HttpServer } from '../http-server.js';

describe('wgotel run, with InfluxDB and Grafana Live', () => {
  let folder: string;
  let simulator: Simulator;
  let server: HttpServer;
  let live: LiveServer;
  let isThere: boolean;
  let agent: AgentProcess | undefined;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wgotel-influx-'));
    simulator = new Simulator({ directory: join(folder, 'sockets') });
    simulator.addDevice({ name: 'wg0', peers: 3, age: 600_000 });
    await simulator.start();
    isThere = true;
    live = await LiveServer.start();
    server = await HttpServer.start((response) => response.writeHead(isThere ? 204 : 503).end());
  });
  afterEach(async () => {
    agent?.child.kill('SIGKILL');
    server.stop();
    live.stop();
    await simulator.close();
    rmSync(folder, { recursive: true });
  });

  const start = (): AgentProcess => {
    const config = {
      receivers: {
        wireguard: {
          source: 'uapi',
          directory: join(folder, 'sockets'),
          initial_delay: 0,
          collection_interval: '200ms',
        },
      },
      exporters: {
        influxdb: {
          endpoint: `http://127.0.0.1:${server.port}`,
          org: 'o',
          bucket: 'b',
          token: 's3cr3t-token',
          sending_queue: { storage: 'file_storage' },
          retry_on_failure: { initial_interval: '50ms' },
        },
        grafana_live: { url: `ws://127.0.0.1:${live.port}/api/live/push/wg`, use_text_frames: true },
      },
      extensions: { file_storage: { directory: join(folder, 'state') } },
      service: { extensions: ['file_storage'] },
    };
    writeFileSync(join(folder, 'config.yaml'), JSON.stringify(config), { mode: 0o600 });
    return (agent = startCli(['run', '--config', join(folder, 'config.yaml')]));
  };
  const waiting = (): string[] => {
    try {
      return readdirSync(join(folder, 'state/queue/influxdb/metrics'));
    } catch {
      return [];
    }
  };

  it('writes lines and nothing else, and what waits on disk after a restart', async () => {
    isThere = false;
    const first = start();
    await until('requests wait on disk', () => waiting().length >= 3);
    first.child.kill('SIGKILL');
    await first.ended;
    const before = Date.now();
    isThere = true;
    server.received.length = 0;
    const { child, output, ended } = start();
    await until('old and new lines are there', () => {
      const times = server.received.flatMap(({ body }) =>
        parseLines(body.toString()).map(({ time }) => Number(time) / 1e6),
      );
      const areThere = times.some((time) => time < before) && times.some((time) => time > before);
      // The other one had nobody to wait for.
      return areThere && live.messages.length >= 4;
    });
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
    for (const { url, body } of server.received) {
      assert.equal(url, '/api/v2/write?org=o&bucket=b&precision=ns');
      assert.deepEqual(
        parseLines(body.toString()).map(({ measurement }) => measurement),
        ['wireguard_device', 'wireguard_peer', 'wireguard_peer', 'wireguard_peer'],
      );
    }
    for (const { text, isBinary } of live.messages) assert.deepEqual([parseLines(text).length, isBinary], [4, false]);
    assert.ok(!output.err.includes('s3cr3t'));
  });
});
