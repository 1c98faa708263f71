import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peerId, tunnelId } from '@wgotel/core';
import { after, before, describe, it } from 'mocha';
import { startAgent } from '../support/agent.js';
import { startCollector, type RunningCollector } from '../support/collector.js';
import { exportedEvents, exportedSpans, type ExportedEvent, type ExportedSpan } from '../support/exported-events.js';
import { exportedPoints } from '../support/exported-points.js';
import { until, type RunningProcess } from '../support/process.js';
import { generateKeys, openTunnel, type Tunnel } from '../support/tunnel.js';

const SECOND = 1000;
const INTERVAL = SECOND;
const SESSION = 180 * SECOND;

/** Something that is done to the tunnel: when, at the earliest and at the latest. */
interface Deed {
  readonly begun: number;
  readonly done: number;
}

async function timed(deed: () => Promise<unknown>): Promise<Deed> {
  const begun = Date.now();
  await deed();
  return { begun, done: Date.now() };
}

describe('the life of a real tunnel, as events and spans in the file of a real Collector', () => {
  let folder: string;
  let tunnel: Tunnel;
  let collector: RunningCollector;
  let agent: RunningProcess;
  let oldId: string;
  let newId: string;
  const deeds: Record<string, Deed> = {};
  let events: ExportedEvent[];
  let spans: ExportedSpan[];
  /** When each scrape was over. */
  let scraped: number[];

  const underlay = (state: 'up' | 'down'): Promise<Deed> =>
    timed(() => tunnel.a.exec(['ip', 'link', 'set', 'eth0', state]));
  const seen = async (count: number, what: string, timeoutMs = 20_000): Promise<void> => {
    await until(what, async () => exportedEvents(await collector.exported()).length >= count, {
      process: agent,
      timeoutMs,
    });
  };
  /** b speaks first, so that a learns where it is now. */
  const pingFromB = (): Promise<string> =>
    tunnel.b.exec(['ping', '-n', '-q', '-c', '2', '-i', '0.2', '-W', '5', tunnel.a.address]);

  before(async function () {
    this.timeout(420 * SECOND);
    folder = await mkdtemp(join(tmpdir(), 'wgotel-life-'));
    tunnel = await openTunnel({ keepalive: 5, cut: true });
    collector = await startCollector();
    const config = join(folder, 'config.yaml');
    const receiver = { source: 'uapi', include: { interfaces: [tunnel.a.interface] }, collection_interval: '1s' };
    // No health: other suites run at the same time, with agents of their own.
    const service = { extensions: [] };
    await writeFile(config, JSON.stringify({ receivers: { wireguard: { ...receiver, initial_delay: 0 } }, service }));
    agent = startAgent(collector.grpcPort, ['--config', config]);
    await until('the first scrape', async () => (await collector.exported()).length > 0, { process: agent });
    oldId = peerId(tunnel.b.publicKey);

    deeds['connect'] = await underlay('up');
    await seen(1, 'the first handshake');

    deeds['roam'] = await timed(async () => {
      await tunnel.b.exec(['ip', 'address', 'add', '192.0.2.3/24', 'dev', 'eth0']);
      await tunnel.b.exec(['ip', 'address', 'delete', '192.0.2.2/24', 'dev', 'eth0']);
      await tunnel.b.exec(['ip', 'address', 'replace', '192.0.2.3/24', 'dev', 'eth0']);
      // wireguard-go would go on to send from the address that is gone.
      await tunnel.b.exec(['wg', 'set', tunnel.b.interface, 'listen-port', '51820']);
      await pingFromB();
    });
    await seen(2, 'the other address');

    deeds['port'] = await timed(async () => {
      await tunnel.b.exec(['wg', 'set', tunnel.b.interface, 'listen-port', '51821']);
      await pingFromB();
    });
    // By default no record is written of a new port, but the span has it.
    await scrapes(3);

    const keys = await generateKeys();
    newId = peerId(keys.publicKey);
    deeds['rotate'] = await timed(() =>
      tunnel.a.exec(
        `wg set ${tunnel.a.interface} peer ${tunnel.b.publicKey} remove peer ${keys.publicKey} allowed-ips ${tunnel.b.address}/32 endpoint 192.0.2.3:51821 persistent-keepalive 5`.split(
          ' ',
        ),
      ),
    );
    await seen(3, 'the new key');
    deeds['renewed'] = await timed(() => tunnel.b.setKey(keys.privateKey));
    await seen(4, 'the first handshake with the new key');

    deeds['down'] = await underlay('down');
    await seen(5, 'nothing for four minutes', 240 * SECOND);
    await until('four minutes', () => Date.now() - deeds['down']!.done >= 240 * SECOND, { timeoutMs: 241 * SECOND });
    deeds['up'] = await underlay('up');
    await seen(6, 'it is back', 60 * SECOND);

    deeds['remove'] = await timed(() =>
      tunnel.a.exec(['wg', 'set', tunnel.a.interface, 'peer', keys.publicKey, 'remove']),
    );
    await seen(7, 'the peer is removed');
    await scrapes(3);
    await agent.stop();
    await collector.stop();
    const requests = await collector.exported();
    events = exportedEvents(requests);
    spans = exportedSpans(requests);
    const counts = exportedPoints(requests).filter(({ metric }) => metric === 'wireguard.peer.count');
    scraped = [...new Set(counts.map(({ time }) => time))];
  });

  after(async () => {
    await agent?.stop();
    await collector?.stop();
    await tunnel?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Waits until so many more scrapes have arrived. */
  async function scrapes(count: number): Promise<void> {
    const arrived = async (): Promise<number> =>
      (await collector.exported()).filter(({ resourceMetrics }) => resourceMetrics !== undefined).length;
    const already = await arrived();
    await until(`${count} scrapes`, async () => (await arrived()) >= already + count, { process: agent });
  }

  /** Asserts that something was noticed by the first scrape that was begun after it was done, whenever that was. One may
   *  have been under way. */
  function assertWithin(time: number, { begun, done }: Deed, what: string, later = 0): void {
    const [, latest = Infinity] = scraped.filter((end) => end > done + later);
    assert.ok(begun <= time && time <= latest, `${what}: ${time - begun} ms after it was begun, ${time - done} after`);
  }

  it('writes the expected events, in order, once', () => {
    assert.deepEqual(
      events.map(({ name, attributes }) => [
        name.replace('wireguard.peer.', ''),
        attributes['wireguard.peer.id'],
        attributes['wireguard.peer.previous.state'] ?? '',
        attributes['wireguard.peer.state'] ?? '',
      ]),
      [
        ['state.changed', oldId, 'never', 'active'],
        ['endpoint.changed', oldId, '', ''],
        ['key.rotated', newId, '', ''],
        ['state.changed', newId, 'never', 'active'],
        ['state.changed', newId, 'active', 'stale'],
        ['state.changed', newId, 'stale', 'active'],
        ['removed', newId, '', ''],
      ],
    );
    const [, roamed, rotated, , stale] = events;
    assert.equal(roamed!.attributes['wireguard.peer.endpoint.address'], '192.0.2.3');
    assert.equal(roamed!.attributes['wireguard.peer.previous.endpoint.address'], '192.0.2.2');
    assert.equal(rotated!.attributes['wireguard.peer.previous.id'], oldId);
    assert.equal(rotated!.attributes['wireguard.peer.key.rotation.basis'], 'allowed_ips');
    assert.equal(stale!.attributes['wireguard.peer.state.reason'], 'expired');
    assert.deepEqual(
      events.map(({ severity }) => severity),
      [9, 9, 9, 9, 13, 9, 9],
    );
  });

  it('says when, within a scrape', () => {
    const [first, roamed, rotated, again, stale, back, removed] = events.map(({ time }) => time);
    // WireGuard tries again every five seconds.
    const retry = 5.4 * SECOND;
    assertWithin(first!, deeds['connect']!, 'first handshake', retry);
    assertWithin(roamed!, deeds['roam']!, 'roaming');
    assertWithin(rotated!, deeds['rotate']!, 'new key');
    assertWithin(again!, deeds['renewed']!, 'handshake with the new key', retry);
    assertWithin(back!, deeds['up']!, 'back', retry + 5 * SECOND);
    assertWithin(removed!, deeds['remove']!, 'removed');
    // 180 s, our keepalive and two scrapes after the last handshake.
    const handshakes = spans.flatMap((span) => span.events).filter(({ name }) => name === 'wireguard.peer.handshake');
    const last = Math.max(...handshakes.map(({ time }) => time).filter((time) => time < stale!));
    const limit = SESSION + 5 * SECOND + 2 * INTERVAL;
    assertWithin(stale!, { begun: last + limit, done: last + limit }, 'stale');
  });

  it('exports each session as a span, with what happened in it', () => {
    const sessions = spans.filter(({ name }) => name === 'wireguard.session');
    assert.deepEqual(
      sessions.map(({ attributes, events: within }) => [
        attributes['wireguard.peer.id'],
        within.map(({ name }) => name.replace('wireguard.peer.', '')),
      ]),
      [
        [oldId, ['handshake', 'state.changed', 'endpoint.changed', 'endpoint.changed', 'key.rotated']],
        [newId, ['handshake', 'state.changed']],
        [newId, ['handshake', 'state.changed', 'removed']],
      ],
    );
    const [first, second, third] = sessions;
    assert.deepEqual(
      first!.events.slice(2, 4).map(({ attributes }) => attributes['wireguard.peer.endpoint.change.type']),
      ['address', 'port'],
    );
    assertWithin(first!.events[3]!.time, deeds['port']!, 'another port');
    assert.equal(Math.round(second!.end - second!.start), SESSION);
    for (const { start, end, events: within, failed } of [first!, second!, third!]) {
      assert.ok(end - start <= SESSION && end >= start);
      assert.equal(within[0]!.time, start);
      assert.equal(failed, false);
    }
    assert.equal(first!.attributes['wireguard.tunnel.id'], tunnelId(tunnel.a.publicKey, tunnel.b.publicKey));
  });

  it('exports what no session holds on spans of the scrapes that found it', () => {
    const found = spans.filter(({ name }) => name === 'wireguard.scrape').flatMap((span) => span.events);
    assert.deepEqual(
      found.map(({ name }) => name.replace('wireguard.peer.', '')),
      ['state.changed'],
    );
  });

  it('has no id of a span that is not there', () => {
    const known = new Set(spans.map(({ spanId }) => spanId));
    assert.equal(known.size, spans.length, 'an id twice');
    assert.deepEqual(
      spans.flatMap(({ links }) => links).filter((id) => !known.has(id)),
      [],
    );
    assert.deepEqual(
      events.map(({ spanId }) => known.has(spanId)),
      events.map(() => true),
    );
  });
});
