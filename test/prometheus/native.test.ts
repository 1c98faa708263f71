import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Simulator } from '@wgotel/simulator';
import { after, before, describe, it } from 'mocha';
import { startAgent } from '../support/agent.js';
import { ALERT_RULES, knownSeries, RECORDING_RULES } from '../support/known-series.js';
import { freePort, until, type RunningProcess } from '../support/process.js';
import { startPrometheus, type RunningPrometheus } from '../support/prometheus.js';
import { repositoryPath } from '../support/repository.js';

describe('the native page of the agent, in a real Prometheus with our rules', () => {
  let folder: string;
  let simulator: Simulator;
  let agent: RunningProcess;
  let prometheus: RunningPrometheus;

  before(async function () {
    this.timeout(120_000);
    folder = await mkdtemp(join(tmpdir(), 'wgotel-native-'));
    simulator = new Simulator({ directory: folder });
    // Some talk, and some have not for long.
    simulator.addDevice({ name: 'wg0', peers: 20, age: 7_200_000, mix: { steady: 1, dead: 1 } });
    await simulator.start();
    const port = await freePort();
    const config = join(folder, 'config.yaml');
    const receiver = { source: 'uapi', directory: folder, collection_interval: '1s', initial_delay: 0 };
    await writeFile(
      config,
      JSON.stringify({
        receivers: { wireguard: receiver },
        exporters: { prometheus: { endpoint: `localhost:${port}` } },
        service: { extensions: [] },
      }),
    );
    agent = startAgent(1, ['--config', config]);
    prometheus = await startPrometheus([{ job_name: 'own', static_configs: [{ targets: [`127.0.0.1:${port}`] }] }], {
      rules: [RECORDING_RULES, ALERT_RULES].map((path) => repositoryPath(path)),
    });
    const arrived = async (): Promise<boolean> => (await prometheus.query('sum_over_time(up[1m]) >= 3')).length > 0;
    await until('Prometheus has scraped it three times', arrived, { process: agent, timeoutMs: 60_000 });
  });

  after(async () => {
    await agent?.stop();
    await prometheus?.stop();
    await simulator?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('has no metric that rules and dashboards do not know', async () => {
    const known = knownSeries();
    const found = await prometheus.query('group by (__name__) ({job="own", __name__=~"wireguard.*|wgotel.*"})');
    const names = found.map(({ labels }) => labels['__name__']!);
    assert.ok(names.length > 5);
    assert.deepEqual(
      names.filter((name) => !known.has(name)),
      [],
    );
  });

  it('has what the rules record', async () => {
    const recorded = ['instance:wgotel_agent:present', 'device:wireguard_peer_io_bytes:rate5m'];
    for (const name of recorded) {
      await until(name, async () => (await prometheus.query(`${name}{job="own"}`)).length > 0);
    }
  });
});
