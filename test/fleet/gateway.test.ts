import assert from 'node:assert/strict';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { after, before, describe, it } from 'mocha';
import { startCollector, type RunningCollector } from '../support/collector.js';
import { events, spans } from '../support/example-sessions.js';
import { startKafka, type RunningKafka } from '../support/kafka-broker.js';
import { decodeMetrics } from '../support/otlp.js';
import { Outage } from '../support/outage.js';
import { until } from '../support/process.js';
import { startPrometheus, type RunningPrometheus } from '../support/prometheus.js';
import { sendOtlp } from '../support/send-otlp.js';
import { gatewayFile, GatewayTiers } from './gateway-tiers.js';
import { hostsOf, oneRequest, receivedInKafka } from './traffic.js';

/** Names of hosts, which are their instances too. Where each one goes depends on the ports of the gateways. */
const HOSTS = Array.from({ length: 24 }, (_, index) => `host-${index}`);

/** More than the 1 MB that Kafka takes in one message. */
const MANY_POINTS = 12_000;

describe('agents, a balancer and two gateways as in otel-config/gateway', function () {
  this.timeout(240_000);
  let prometheus: RunningPrometheus;
  let kafka: RunningKafka;
  let tempo: RunningCollector;
  let tiers: GatewayTiers;
  const agents = new Map<string, Outage>();

  before(async () => {
    [prometheus, kafka, tempo] = await Promise.all([
      startPrometheus([], { remoteWrite: true }),
      startKafka(['otlp_metrics', 'otlp_logs', 'otlp_spans']),
      startCollector(),
    ]);
    tiers = await GatewayTiers.start({
      remoteWrite: `${prometheus.url}/api/v1/write`,
      tempo: `http://127.0.0.1:${tempo.httpPort}`,
      kafka: kafka.address,
    });
  });

  after(async () => {
    await Promise.all([...agents.values()].map((agent) => agent.close()));
    await tiers?.stop();
    await Promise.all([prometheus?.stop(), kafka?.stop(), tempo?.stop()]);
  });

  async function startAgent(host: string): Promise<void> {
    const agent = await Outage.begin();
    agents.set(host, agent);
    const { receivers, extensions, service, ...rest } = await gatewayFile('wgotel');
    const scraped = { source: 'uapi', directory: agent.folder, initial_delay: '0s', collection_interval: '500ms' };
    const resource = { 'host.name': host, 'service.instance.id': host };
    const config = {
      ...rest,
      receivers: { wireguard: { ...(receivers!['wireguard'] as object), ...scraped } },
      extensions: { ...extensions, file_storage: { directory: join(agent.folder, 'state') } },
      service: { ...service, telemetry: { resource, metrics: { level: 'none' } } },
    };
    agent.write(JSON.stringify(config));
    agent.start({ BALANCER_ENDPOINT: `http://127.0.0.1:${tiers.balancer.grpcPort}` });
  }

  /** By host, the gateways that it has gone through since each of them had taken so many requests. */
  async function routes(since: readonly number[] = [0, 0]): Promise<Map<string, number[]>> {
    const found = new Map<string, number[]>();
    for (const [gateway, first] of since.entries()) {
      for (const host of new Set((await tiers.taken(gateway)).slice(first).flatMap(hostsOf))) {
        found.set(host, [...(found.get(host) ?? []), gateway]);
      }
    }
    return found;
  }

  async function taken(): Promise<number[]> {
    return [(await tiers.taken(0)).length, (await tiers.taken(1)).length];
  }

  /** A number of Prometheus for each agent. */
  async function ofAgents(call: (range: string) => string): Promise<Record<string, number>> {
    const range = 'wireguard_peer_io_bytes_total{network_io_direction="receive"}[1h]';
    const found = await prometheus.query(call(range));
    return Object.fromEntries(found.map(({ labels, value }) => [labels['host_name'], value]));
  }

  it('write all series of an agent by one gateway, and lose nothing while the other one is away', async () => {
    for (const host of HOSTS) await sendOtlp(tiers.balancer.httpPort, oneRequest(host, ['test.route']));
    const probed = await until('all hosts are told apart', async () => {
      const found = await routes();
      return found.size === HOSTS.length && found;
    });
    const chosen = [0, 1].flatMap((gateway) =>
      HOSTS.filter((host) => isDeepStrictEqual(probed.get(host), [gateway])).slice(0, 2),
    );
    assert.equal(chosen.length, 4, 'the balancer does not spread hosts over gateways');
    const begun = await taken();
    await Promise.all(chosen.map(startAgent));
    const scraped = (times: number): Promise<void[]> =>
      Promise.all([...agents.values()].map((agent) => agent.scraped(times)));
    await until('all agents have come', async () => (await routes(begun)).size === chosen.length);
    await scraped(4);
    for (const [host, gateways] of await routes(begun)) assert.deepEqual(gateways, probed.get(host), host);

    await tiers.killGateway(0);
    const away = await taken();
    await until('the other one has them all', async () => (await routes(away)).size === chosen.length, {
      timeoutMs: 90_000,
    });
    await scraped(2);
    for (const [host, gateways] of await routes(away)) assert.deepEqual(gateways, [1], host);

    await tiers.startGateway(0);
    const back = await taken();
    const regained = async (): Promise<string[]> => [
      ...new Set((await tiers.taken(0)).slice(back[0]).flatMap(hostsOf)),
    ];
    await until('its own are back', async () => (await regained()).length >= 2, { timeoutMs: 90_000 });
    await scraped(2);
    assert.deepEqual((await regained()).toSorted(), chosen.slice(0, 2).toSorted());

    await until('nothing waits any more', () => [...agents.values()].every(({ files }) => files.length <= 1), {
      timeoutMs: 90_000,
    });
    await Promise.all([...agents.values()].map((agent) => agent.end()));
    for (const [host, agent] of agents) {
      assert.deepEqual(agent.files, [], `${host} has kept something back`);
      assert.doesNotMatch(agent.log, /dropped a request/, host);
    }
    // The device counts scrapes, so all of them are there if there are as many different numbers as the last one says.
    const scrapes = Object.fromEntries([...agents].map(([host, agent]) => [host, agent.scrapes]));
    assert.deepEqual(await ofAgents((range) => `count_over_time(${range})`), scrapes);
    assert.deepEqual(await ofAgents((range) => `max_over_time(${range})`), scrapes);
    assert.deepEqual(await ofAgents((range) => `changes(${range}) + 1`), scrapes);
    const inKafka = (): Record<string, number> =>
      Object.fromEntries(chosen.map((host) => [host, receivedInKafka(kafka, host).size]));
    await until('Kafka has them too', () => JSON.stringify(inKafka()) === JSON.stringify(scrapes));
  });

  it('pass on spans to Tempo, events to Kafka, and what is too large for one message in several', async () => {
    const { httpPort } = tiers.balancer;
    await sendOtlp(httpPort, events);
    await sendOtlp(httpPort, spans);
    await sendOtlp(
      httpPort,
      oneRequest(
        'many',
        Array.from({ length: MANY_POINTS }, () => 'test.many'),
      ),
    );
    await until('spans in Tempo', async () => JSON.stringify(await tempo.exported()).includes('wireguard.session'));
    const of = (topic: string): Buffer[] =>
      kafka.records().flatMap((record) => (record.topic === topic ? [record.value] : []));
    await until('events in Kafka', () =>
      of('otlp_logs').some((value) => value.includes('wireguard.peer.state.changed')),
    );
    await until('spans in Kafka', () => of('otlp_spans').some((value) => value.includes('wireguard.session')));
    const pieces = (): Buffer[] => of('otlp_metrics').filter((value) => value.includes('test.many'));
    const arrived = (): number => pieces().flatMap((value) => decodeMetrics(value)).length;
    await until('all points', () => arrived() === MANY_POINTS);
    assert.ok(pieces().length > 1);
    assert.equal((await prometheus.query('count(test_many)'))[0]?.value, MANY_POINTS);
  });
});
