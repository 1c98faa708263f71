import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { execa } from 'execa';
import { after, before, describe, it } from 'mocha';
import { ALERT_RULES, readRules } from '../support/known-series.js';
import { freePort, isListening, startProcess, until, type RunningProcess } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';

const CONFIG = repositoryPath('otel-config/prometheus/alertmanager.yaml');

type Labels = Readonly<Record<string, string>>;

interface Alert {
  readonly labels: Labels;
  readonly status: { readonly state: string };
}

const DEVICE = { job: 'wgotel', host_name: 'gw1', network_interface_name: 'wg0' };
const OTHER_DEVICE = { ...DEVICE, network_interface_name: 'wg1' };
const PEER = { wireguard_peer_id: '57ca9d3f0b6e21a4', wireguard_peer_name: 'office' };
const OTHER_PEER = { wireguard_peer_id: '0f2c88e91d5b7a36' };

const named = (name: string, labels: Labels): Labels => ({ alertname: `WireGuard${name}`, ...labels });

describe('amtool', () => {
  it('takes the configuration', () => execa('amtool', ['check-config', CONFIG]));

  for (const { alert, labels } of readRules(ALERT_RULES)) {
    it(`finds where ${alert} goes`, async () => {
      const args = ['config', 'routes', 'test', `--config.file=${CONFIG}`, `alertname=${alert}`];
      const severity = labels?.['severity'] ?? '';
      const { stdout } = await execa('amtool', [...args, `severity=${severity}`]);
      assert.equal(stdout, { critical: 'pager', warning: 'operators', info: 'log' }[severity]);
    });
  }
});

describe('a real Alertmanager', () => {
  let folder: string;
  let alertmanager: RunningProcess;
  let url: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wgotel-alertmanager-'));
    const port = await freePort();
    url = `http://127.0.0.1:${port}/api/v2/alerts`;
    alertmanager = startProcess('prometheus-alertmanager', [
      `--config.file=${CONFIG}`,
      `--storage.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ]);
    await until('Alertmanager listens', () => isListening(port), { process: alertmanager });
  });
  after(async () => {
    await alertmanager.stop();
    await rm(folder, { recursive: true });
  });

  async function post(alerts: readonly object[]): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(alerts), headers });
    assert.equal(answer.status, 200, await answer.text());
  }

  /** The alerts that an instance has, with their states. */
  async function alertsOf(instance: string): Promise<Alert[]> {
    const query = new URLSearchParams({ filter: `instance="${instance}"` });
    return (await (await fetch(`${url}?${query.toString()}`)).json()) as Alert[];
  }

  const key = (labels: Labels): string =>
    JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => a.localeCompare(b)));

  /** Waits until an instance has so many alerts and those given are in their states: Alertmanager gets to know who holds back
   *  whom a moment after it knows the alerts. */
  async function assertStates(instance: string, count: number, expected: ReadonlyMap<string, string>): Promise<void> {
    let states: (string | undefined)[] = [];
    const asExpected = async (): Promise<boolean> => {
      const found = await alertsOf(instance);
      const known = new Map(found.map(({ labels, status }) => [key(labels), status.state]));
      states = [...expected.keys()].map((labels) => known.get(labels));
      return found.length === count && isDeepStrictEqual(states, [...expected.values()]);
    };
    await until('all are in their states', asExpected).catch((error: unknown) => {
      assert.deepEqual(states, [...expected.values()]);
      throw error;
    });
  }

  for (const [what, source, held, free] of [
    [
      'the agent is absent',
      named('AgentAbsent', { job: 'wgotel', host_name: 'gw1' }),
      [named('DeviceMissing', DEVICE), named('AllPeersLost', DEVICE), named('PeerStale', { ...DEVICE, ...PEER })],
      [named('InterfaceErrors', { ...DEVICE, job: 'node' })],
    ],
    [
      'nothing can be read',
      named('NothingReadable', { job: 'wgotel', host_name: 'gw1' }),
      [named('DeviceMissing', DEVICE), named('PeerStale', { ...DEVICE, ...PEER })],
      [],
    ],
    [
      'a device is missing',
      named('DeviceMissing', DEVICE),
      [named('AllPeersLost', DEVICE), named('PeerStale', { ...DEVICE, ...PEER }), named('KeyRotated', DEVICE)],
      [named('PeerStale', { ...OTHER_DEVICE, ...PEER }), named('KeyRotated', OTHER_DEVICE)],
    ],
    [
      'all peers are lost',
      named('AllPeersLost', DEVICE),
      [named('PeerStale', { ...DEVICE, ...PEER }), named('HandshakeAttemptSpike', { ...DEVICE, ...OTHER_PEER })],
      [named('PeerStale', { ...OTHER_DEVICE, ...PEER }), named('EndpointFlapping', { ...DEVICE, ...PEER })],
    ],
    [
      'a peer is stale',
      named('PeerStale', { ...DEVICE, ...PEER }),
      [named('HandshakeAttemptSpike', { ...DEVICE, ...PEER })],
      [named('HandshakeAttemptSpike', { ...DEVICE, ...OTHER_PEER })],
    ],
  ] as const satisfies readonly (readonly [string, Labels, readonly Labels[], readonly Labels[]])[]) {
    it(`holds back what follows when ${what}, until it is over`, async () => {
      // Each test has an instance of its own.
      const at = (labels: Labels): Labels => ({ ...labels, instance: what });
      const all = [source, ...held, ...free].map(at);
      await post(all.map((labels) => ({ labels })));
      const isHeld = (index: number): boolean => index > 0 && index <= held.length;
      const first = all.map((labels, index) => [key(labels), isHeld(index) ? 'suppressed' : 'active'] as const);
      await assertStates(what, all.length, new Map(first));
      await post([{ labels: at(source), endsAt: new Date(Date.now() - 1000).toISOString() }]);
      await assertStates(what, all.length - 1, new Map([[key(at(held[0])), 'active']]));
    });
  }
});
