import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sessionIds, WireGuardReceiver, type Frame } from '@wgotel/core';
import { after, before, describe, it } from 'mocha';
import { startAgent } from '../support/agent.js';
import { startCollector } from '../support/collector.js';
import { failed, otherEnd, PEER_ID, renewed, request, spans, TUNNEL_ID } from '../support/example-sessions.js';
import { startJaeger, type RunningJaeger } from '../support/jaeger.js';
import { until } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';
import { sendOtlp } from '../support/send-otlp.js';
import { startSimulator } from '../support/simulator-process.js';

const UI_CONFIG = repositoryPath('otel-config/jaeger-ui.json');

describe('Jaeger behind otel-config/collector-jaeger.yaml', () => {
  let jaeger: RunningJaeger;
  before(async () => {
    jaeger = await startJaeger(UI_CONFIG);
    const config = await readFile(repositoryPath('otel-config/collector-jaeger.yaml'), 'utf8');
    const env = { JAEGER_ENDPOINT: `127.0.0.1:${jaeger.grpcPort}` };
    const collector = await startCollector({ config, env });
    try {
      await sendOtlp(collector.httpPort, spans);
      await until('Jaeger has the spans', async () => (await jaeger.trace(request.traceId)) !== undefined);
    } finally {
      await collector.stop();
    }
  });
  after(() => jaeger?.stop());

  const tags = (values: object): string => JSON.stringify(values);
  const session = 'wireguard.session';

  for (const [question, query, answer] of [
    ['sessions', { operation: session }, [renewed, failed, otherEnd]],
    ['all of a peer', { tags: tags({ 'wireguard.peer.id': PEER_ID }) }, [renewed, failed]],
    ['all of another peer', { tags: tags({ 'wireguard.peer.id': '0000000000000000' }) }, []],
    ['a tunnel seen from both ends', { tags: tags({ 'wireguard.tunnel.id': TUNNEL_ID }) }, [renewed, failed, otherEnd]],
    ['sessions that ended in error', { operation: session, tags: tags({ 'error.type': 'unanswered' }) }, [failed]],
    [
      'peers that went stale, by an attribute of the event',
      { tags: tags({ 'wireguard.peer.state': 'stale' }) },
      [failed],
    ],
    ['flaps, likewise', { tags: tags({ 'wireguard.peer.flapping.phase': 'start' }) }, [failed]],
    [
      'slow requests through a tunnel',
      { service: 'shop', minDuration: '2s', tags: tags({ 'wireguard.tunnel.id': TUNNEL_ID }) },
      [request],
    ],
    ['slower ones', { service: 'shop', minDuration: '5s', tags: tags({ 'wireguard.tunnel.id': TUNNEL_ID }) }, []],
    // What this storage does not search, whatever others do: the name of an event, and the status.
    ['no event by its name', { tags: tags({ event: 'wireguard.peer.state.changed' }) }, []],
    ['no error by the status', { operation: session, tags: tags({ error: 'true' }) }, []],
  ] as const) {
    it(`finds ${question}`, async () => {
      const found = await jaeger.search({ service: 'wgotel', limit: '100', ...query });
      assert.deepEqual(found.map(({ traceID }) => traceID).toSorted(), answer.map(({ traceId }) => traceId).toSorted());
    });
  }

  it('needs a service to search', async () => {
    await assert.rejects(jaeger.search({ operation: session }), /'service' is required/);
  });

  it('shows the events of a session, in order', async () => {
    const span = (await jaeger.trace(failed.traceId))?.spans[0];
    const names = span?.logs.map(({ fields }) => fields.find(({ key }) => key === 'event')?.value);
    assert.deepEqual(
      names,
      failed.events?.map(({ name }) => name),
    );
  });

  it('has every span that a link leads to', async () => {
    let links = 0;
    for (const { traceId } of [renewed, failed, request]) {
      for (const { refType, traceID, spanID } of (await jaeger.trace(traceId))?.spans[0]?.references ?? []) {
        assert.equal(refType, 'FOLLOWS_FROM');
        assert.ok(
          (await jaeger.trace(traceID))?.spans.some((span) => span.spanID === spanID),
          `${traceID} is there`,
        );
        links++;
      }
    }
    assert.equal(links, 2);
  });

  it('takes the link patterns', async () => {
    const { linkPatterns } = JSON.parse(await readFile(UI_CONFIG, 'utf8')) as { linkPatterns: object[] };
    const written = /JAEGER_CONFIG = (.*);/.exec(await jaeger.page())?.[1];
    assert.deepEqual((JSON.parse(written ?? '{}') as { linkPatterns?: object[] }).linkPatterns, linkPatterns);
  });

  it('does not start with a configuration of the UI that is no JSON', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wgotel-jaeger-'));
    try {
      const path = join(folder, 'ui.json');
      await writeFile(path, '{ linkPatterns: [] }');
      await assert.rejects(startJaeger(path), /process ended before Jaeger/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('sessions of the real agent in Jaeger', () => {
  it('are found by peer, from handshake to handshake, under the ids that go with the keys', async function () {
    this.timeout(120_000);
    const folder = await mkdtemp(join(tmpdir(), 'wgotel-jaeger-'));
    const running: { stop(): Promise<void> }[] = [];
    try {
      const jaeger = await startJaeger(UI_CONFIG);
      running.unshift(jaeger);
      const config = await readFile(repositoryPath('otel-config/collector-jaeger.yaml'), 'utf8');
      const collector = await startCollector({ config, env: { JAEGER_ENDPOINT: `127.0.0.1:${jaeger.grpcPort}` } });
      running.unshift(collector, await startSimulator(folder, 30));
      const flags = ['--source', 'uapi', '--uapi-directory', folder, '--interval', '1s'];
      const agent = startAgent(collector.grpcPort, flags);
      running.unshift(agent);
      // Peers renew their sessions every two minutes, each at another time.
      const [found] = await until(
        'a session in Jaeger',
        async () => {
          const traces = await jaeger.search({ service: 'wgotel', operation: 'wireguard.session', limit: '100' });
          return traces.length > 0 && traces;
        },
        { process: agent, timeoutMs: 60_000 },
      );
      const [span] = found!.spans;
      const tag = (name: string): unknown => span!.tags.find(({ key }) => key === name)?.value;
      const byPeer = await jaeger.search({
        service: 'wgotel',
        limit: '100',
        tags: JSON.stringify({ 'wireguard.peer.id': tag('wireguard.peer.id') }),
      });
      assert.ok(byPeer.some(({ traceID }) => traceID === found!.traceID));

      const { frame } = await readDevice(folder);
      const { peer } = frame.devices[0]!.peers.find(({ series }) => series.peerId === tag('wireguard.peer.id'))!;
      const { publicKey } = frame.devices[0]!.device;
      const { traceId, spanId } = sessionIds(publicKey, peer.publicKey, span!.startTime / 1000);
      assert.deepEqual([found!.traceID, span!.spanID], [traceId, spanId]);
      assert.ok(span!.duration > 0 && span!.duration <= 180e6, `${span!.duration} µs`);
    } finally {
      for (const each of running) await each.stop();
      await rm(folder, { recursive: true });
    }
  });
});

async function readDevice(directory: string): Promise<{ frame: Frame }> {
  const source = { source: 'uapi', sourceOptions: { directory } } as const;
  const receiver = new WireGuardReceiver({
    ...source,
    meterProvider: false,
    loggerProvider: false,
    tracerProvider: false,
  });
  return { frame: await receiver.scrape() };
}
