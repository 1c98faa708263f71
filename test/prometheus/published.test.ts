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
import { PUBLISHED } from '../support/published-queries.js';
import { repositoryPath } from '../support/repository.js';

const PAGES = { own: ['native'], some: ['mindflavor', 'mdlayher', 'wg-prefix'], 'wg-easy': ['wg-easy'] };

describe('pages of the agent, in a real Prometheus', () => {
  let folder: string;
  let simulator: Simulator;
  let agent: RunningProcess;
  let prometheus: RunningPrometheus;

  before(async function () {
    this.timeout(120_000);
    folder = await mkdtemp(join(tmpdir(), 'wgotel-published-'));
    simulator = new Simulator({ directory: folder });
    // Some talk, and some have not for long.
    const device = simulator.addDevice({ name: 'wg0', peers: 20, age: 7_200_000, mix: { steady: 1, dead: 1 } });
    await simulator.start();
    const ports = await Promise.all(Object.keys(PAGES).map(() => freePort()));
    const pages = Object.entries(PAGES).map(([name, profiles], index) => ({ name, profiles, port: ports[index]! }));
    const config = join(folder, 'config.yaml');
    const keys = [
      ...device
        .render()
        .toString()
        .matchAll(/^public_key=(\w+)$/gm),
    ].map(([, hex = '']) => hex);
    const names = {
      peers: Object.fromEntries(keys.map((hex, at) => [Buffer.from(hex, 'hex').toString('base64'), `peer-${at}`])),
    };
    const receiver = { source: 'uapi', directory: folder, collection_interval: '1s', initial_delay: 0, names };
    const exporters = pages.map(({ name, profiles, port }) => [
      `prometheus/${name}`,
      { endpoint: `localhost:${port}`, profiles },
    ]);
    await writeFile(
      config,
      JSON.stringify({
        receivers: { wireguard: receiver },
        exporters: Object.fromEntries(exporters) as object,
        service: { extensions: [] },
      }),
    );
    agent = startAgent(1, ['--config', config]);
    prometheus = await startPrometheus(
      pages.map(({ name, port }) => ({
        job_name: name,
        static_configs: [{ targets: [`127.0.0.1:${port}`], labels: { instance: 'my-wireguard-tunnel' } }],
      })),
      { rules: [RECORDING_RULES, ALERT_RULES].map((path) => repositoryPath(path)) },
    );
    const arrived = async (): Promise<boolean> =>
      (await prometheus.query('sum_over_time(up[1m]) >= 3')).length === pages.length;
    await until('Prometheus has scraped each page twice', arrived, { process: agent, timeoutMs: 60_000 });
  });

  after(async () => {
    await agent?.stop();
    await prometheus?.stop();
    await simulator?.close();
    await rm(folder, { recursive: true, force: true });
  });

  for (const { what, profile, queries, metrics } of PUBLISHED) {
    for (const query of queries) {
      it(`has data for ${what}: ${query}`, async () => assert.ok((await prometheus.query(query)).length > 0));
    }

    it(`has the metrics and labels that ${what} needs`, async () => {
      const job = profile === 'wg-easy' ? 'wg-easy' : 'some';
      for (const [metric, labels] of Object.entries(metrics)) {
        const [series] = await prometheus.query(`${metric}{job="${job}"}`);
        assert.ok(series !== undefined, metric);
        for (const label of labels) assert.ok(label in series.labels, `${metric} lacks ${label}`);
      }
    });
  }

  it('have no native metric that rules and dashboards do not know', async () => {
    const known = knownSeries();
    const found = await prometheus.query('group by (__name__) ({job="own", __name__=~"wireguard.*|wgotel.*"})');
    const names = found.map(({ labels }) => labels['__name__']!);
    assert.ok(names.length > 5);
    assert.deepEqual(
      names.filter((name) => !known.has(name)),
      [],
    );
  });

  it('have what the rules record', async () => {
    const recorded = ['instance:wgotel_agent:present', 'device:wireguard_peer_io_bytes:rate5m'];
    for (const name of recorded) {
      await until(name, async () => (await prometheus.query(`${name}{job="own"}`)).length > 0);
    }
  });
});
