import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Simulator } from '@wgotel/simulator';
import { hashSync } from 'bcryptjs';
import { after, before, describe, it } from 'mocha';
import { startCli, type AgentProcess } from '../agent/run/agent-process.js';
import { freePort, until } from '../support/process.js';
import { startPrometheus, type RunningPrometheus } from '../support/prometheus.js';
import { repositoryPath } from '../support/repository.js';

const PEERS = 5;
const certificate = (name: string): string => repositoryPath(`test/agent/prometheus/certificates/${name}`);

describe('pages of the agent, scraped by a real Prometheus', () => {
  let folder: string;
  let simulator: Simulator;
  let agent: AgentProcess;
  let prometheus: RunningPrometheus;
  let port: number;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wgotel-scraped-'));
    simulator = new Simulator({ directory: folder });
    simulator.addDevice({ name: 'wg0', peers: PEERS, age: 600_000 });
    await simulator.start();
    const write = (name: string, content: object): string => {
      writeFileSync(join(folder, name), JSON.stringify(content), { mode: 0o600 });
      return join(folder, name);
    };
    const web = write('web.yaml', {
      tls_server_config: { cert_file: certificate('server.pem'), key_file: certificate('server.key') },
      basic_auth_users: { prometheus: hashSync('hunter2', 4) },
    });
    port = await freePort();
    const guarded = await freePort();
    const config = write('config.yaml', {
      receivers: { wireguard: { source: 'uapi', directory: folder, initial_delay: 0, collection_interval: '500ms' } },
      exporters: {
        prometheus: { endpoint: `localhost:${port}` },
        'prometheus/guarded': { endpoint: `127.0.0.1:${guarded}`, web_config_file: web },
      },
      service: { extensions: [] },
    });
    agent = startCli(['run', '--config', config]);
    const tls = { scheme: 'https', tls_config: { ca_file: certificate('ca.pem') } };
    const job = (name: string, at: number, more: object = {}): object => {
      return { job_name: name, static_configs: [{ targets: [`127.0.0.1:${at}`] }], ...more };
    };
    prometheus = await startPrometheus([
      job('open', port),
      job('guarded', guarded, { ...tls, basic_auth: { username: 'prometheus', password: 'hunter2' } }),
      job('stranger', guarded, { ...tls, basic_auth: { username: 'prometheus', password: 'hunter3' } }),
      job('trusting', guarded, { scheme: 'https', basic_auth: { username: 'prometheus', password: 'hunter2' } }),
    ]);
    // Rates need two samples.
    const twice = async (metric: string): Promise<number> =>
      (await prometheus.query(`count_over_time(${metric}[1m]) >= 2`)).length;
    const arrived = async (): Promise<boolean> =>
      (await twice('wireguard_peer_io_bytes_total')) === 4 * PEERS &&
      (await twice('wgotel_scrape_duration_seconds_count')) === 2;
    await until('Prometheus has scraped twice', arrived, { timeoutMs: 60_000 });
  });
  after(async () => {
    await prometheus?.stop();
    agent?.child.kill('SIGKILL');
    await simulator?.close();
    rmSync(folder, { recursive: true });
  });

  it('are taken where the credentials are right, and nowhere else', async () => {
    // A scrape can take too long, on a machine with much else to do.
    await until('those are taken', async () => {
      const up = await prometheus.query('up');
      const jobs = Object.fromEntries(up.map(({ labels, value }) => [labels['job'], value]));
      return isDeepStrictEqual(jobs, { open: 1, guarded: 1, stranger: 0, trusting: 0 });
    });
    await until('the others are told why', async () => {
      const troubles = await prometheus.troubles();
      const isAsExpected = /401|429/.test(troubles.get('stranger')!) && /certificate/.test(troubles.get('trusting')!);
      return troubles.size === 2 && isAsExpected;
    });
  });

  it('have every series of the text that the agent shows to others', async () => {
    for (const job of ['open', 'guarded']) {
      // What is new on the page comes with the next scrape.
      await until(`${job} has every series`, async () => {
        const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
        const shown = text.match(/^\w+(?=(?:\{.*\})? )/gm)!;
        const series = await prometheus.query(`{job="${job}", __name__=~"(wireguard|wgotel|target)_.*"}`);
        const names = series.map(({ labels }) => labels['__name__']);
        return names.length === shown.length && isDeepStrictEqual(new Set(names), new Set(shown));
      });
    }
  });

  for (const [what, expression, count] of [
    ['rates of traffic', 'sum by (wireguard_peer_id) (rate(wireguard_peer_io_bytes_total{job="open"}[30s]))', PEERS],
    ['ages of handshakes', 'time() - wireguard_peer_last_handshake_timestamp_seconds{job="open"} >= 0', PEERS],
    ['peers by state', 'wireguard_peer_count{job="open"}', 4],
    [
      'names out of the resource',
      'wireguard_device_up_ratio{job="open"} * on (job, instance) group_left (service_name) target_info',
      1,
    ],
    [
      'how long scrapes take',
      'histogram_quantile(0.9, rate(wgotel_scrape_duration_seconds_bucket{job="open"}[30s]))',
      1,
    ],
  ] as const) {
    it(`answer what is asked of them: ${what}`, async () => {
      assert.equal((await prometheus.query(expression)).length, count);
    });
  }

  it('are refused without a word of what was shown', () => {
    assert.match(agent.output.err, /somebody was refused: wrong credentials/);
    assert.doesNotMatch(agent.output.err, /hunter/);
  });

  it('show no series of a device that can’t be read any longer, once two intervals are over', async () => {
    await simulator.close();
    const gone = async (): Promise<boolean> => {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      return (
        text.includes('wireguard_device_up_ratio{network_interface_name="wg0"} 0') ||
        !text.includes('wireguard_peer_io')
      );
    };
    await until('it is gone', gone);
    await until('Prometheus knows', async () => (await prometheus.query('wireguard_peer_io_bytes_total')).length === 0);
  });
});
