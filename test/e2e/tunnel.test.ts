import assert from 'node:assert/strict';
import { rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { peerId } from '@wgotel/core';
import { startAgent } from '../support/agent.js';
import { startCollector, type CollectorOptions, type RunningCollector } from '../support/collector.js';
import { exportedPoints, type ExportedPoint } from '../support/exported-points.js';
import { until, type RunningProcess } from '../support/process.js';
import { openTunnel, type Tunnel } from '../support/tunnel.js';
import type { TunnelEnd } from '../support/tunnel-end.js';

const INTERVAL = 300;
const FLAGS = ['--source', 'uapi', '--interval', `${INTERVAL}ms`];

/** What `wg` says of the peer, and when it was asked. */
interface Dump {
  readonly begun: number;
  readonly ended: number;
  readonly receive: number;
  readonly transmit: number;
  readonly handshake: number;
}

async function dumpOf(end: TunnelEnd): Promise<Dump> {
  const begun = Date.now();
  const text = await end.dump();
  const [, , , , handshake, receive, transmit] = text.split('\n')[1]!.split('\t').map(Number);
  return { begun, ended: Date.now(), receive: receive!, transmit: transmit!, handshake: handshake! };
}

/** The time of a file that is made now: that of a clock which ticks every few milliseconds. */
async function fileTime(): Promise<number> {
  const path = join(tmpdir(), `wgotel-time-${process.pid}`);
  await writeFile(path, '');
  const { mtimeMs } = await stat(path);
  await rm(path);
  return Math.floor(mtimeMs);
}

describe('a real tunnel, the agent and a real Collector', () => {
  let tunnel: Tunnel;
  let collector: RunningCollector;
  let agents: RunningProcess[];

  async function open(options?: CollectorOptions): Promise<void> {
    collector = await startCollector(options);
  }
  function agent(): RunningProcess {
    const started = startAgent(collector.grpcPort, FLAGS);
    agents.push(started);
    return started;
  }
  /** The points of one metric of the peer that an end has. */
  async function pointsOf(end: TunnelEnd, metric: string): Promise<ExportedPoint[]> {
    const points = exportedPoints(await collector.exported());
    return points.filter(
      (point) => point.metric === metric && point.attributes['network.interface.name'] === end.interface,
    );
  }
  const received = async (end: TunnelEnd): Promise<ExportedPoint[]> =>
    (await pointsOf(end, 'wireguard.peer.io')).filter(
      ({ attributes }) => attributes['network.io.direction'] === 'receive',
    );

  beforeEach(async () => {
    agents = [];
    tunnel = await openTunnel();
  });
  afterEach(async () => {
    await Promise.all(agents.map((each) => each.stop()));
    await collector.stop();
    await tunnel.close();
  });

  it('delivers values that lie between what wg shows before and after each scrape', async () => {
    await tunnel.ping(1);
    await open();
    const dumps: Dump[] = [];
    const running = agent();
    let pinging = true;
    const pings = (async () => {
      while (pinging) await tunnel.ping(5);
    })();
    try {
      await until(
        'ten scrapes',
        async () => {
          dumps.push(await dumpOf(tunnel.a));
          return (await received(tunnel.a)).length >= 10;
        },
        { process: running },
      );
      dumps.push(await dumpOf(tunnel.a));
    } finally {
      pinging = false;
      await pings;
    }
    await running.stop();
    await collector.stop();

    const id = peerId(tunnel.b.publicKey);
    let moved = 0;
    let compared = 0;
    const times = [...new Set((await received(tunnel.a)).map(({ time }) => time))];
    const check = (point: ExportedPoint, value: (dump: Dump) => number): void => {
      assert.equal(point.attributes['wireguard.peer.id'], id);
      // A point bears the time at which reading ended. It began after the one before had ended.
      const earliest = times.findLast((time) => time < point.time) ?? -Infinity;
      const before = dumps.findLast(({ ended }) => ended <= earliest);
      const after = dumps.find(({ begun }) => begun >= point.time);
      if (before === undefined || after === undefined) return;
      compared++;
      assert.ok(value(before) <= point.value && point.value <= value(after), `${point.metric} ${point.value}`);
      if (value(before) < value(after)) moved++;
    };
    for (const point of await pointsOf(tunnel.a, 'wireguard.peer.io')) {
      const direction = point.attributes['network.io.direction'];
      check(point, (dump) => (direction === 'receive' ? dump.receive : dump.transmit));
    }
    for (const point of await pointsOf(tunnel.a, 'wireguard.peer.last_handshake.timestamp')) {
      check({ ...point, value: Math.floor(point.value) }, (dump) => dump.handshake);
    }
    assert.ok(compared >= 20, `only ${compared} points could be compared`);
    assert.ok(moved >= 1, 'no value moved between two dumps');
    assert.ok((await pointsOf(tunnel.a, 'wireguard.peer.up')).every(({ value }) => value === 1 || value === 0));
  });

  it("ends a removed peer's series", async () => {
    await open();
    const running = agent();
    await until('the peer', async () => (await received(tunnel.a)).length > 1, { process: running });
    await tunnel.a.removePeer();
    const removed = Date.now();
    await until(
      'scrapes without it',
      async () => {
        const counts = await pointsOf(tunnel.a, 'wireguard.peer.count');
        return counts.filter(({ time }) => time > removed).length >= 4 * 3;
      },
      { process: running },
    );
    const counts = await pointsOf(tunnel.a, 'wireguard.peer.count');
    // One scrape may have been under way.
    const [, first] = new Set(counts.map(({ time }) => time).filter((time) => time > removed));
    const later = (await received(tunnel.a)).filter(({ time }) => time >= first!);
    assert.deepEqual(later, []);
    assert.ok(counts.slice(-4).every(({ value }) => value === 0));
  });

  it('begins the sums of a re-created interface anew, with the time it was made', async () => {
    await tunnel.ping(3);
    await open();
    const running = agent();
    await until('the peer', async () => (await received(tunnel.a)).length > 1, { process: running });
    const before = (await received(tunnel.a)).at(-1)!;
    const begun = await fileTime();
    await tunnel.a.recreate();
    const made = Date.now();
    const later = await until(
      'the device made anew',
      async () => {
        const last = (await received(tunnel.a)).at(-1)!;
        return last.startTime > before.startTime ? last : undefined;
      },
      { process: running },
    );
    assert.ok(later.value < before.value, `${later.value} bytes received, ${before.value} before`);
    assert.ok(begun <= later.startTime && later.startTime <= made, `${begun} ${later.startTime} ${made}`);
  });

  it('never sends a lifetime total through cumulativetodelta when the agent starts again', async () => {
    await tunnel.ping(20);
    const lifetime = (await dumpOf(tunnel.a)).receive;
    await open({ metricProcessors: { cumulativetodelta: {} } });
    for (const _ of [1, 2, 3]) {
      const running = agent();
      const before = (await received(tunnel.a)).length;
      await until('a scrape', () => running.output().includes('reads WireGuard'), { process: running });
      await tunnel.ping(1);
      await delay(1000 + 3 * INTERVAL);
      await tunnel.ping(1);
      await until('deltas', async () => (await received(tunnel.a)).length > before, { process: running });
      await running.stop();
    }
    const end = (await dumpOf(tunnel.a)).receive;
    await collector.stop();
    const deltas = (await received(tunnel.a)).map(({ value }) => value);
    const sum = deltas.reduce((total, value) => total + value, 0);
    assert.ok(sum > 0, 'no delta at all');
    assert.ok(sum <= end - lifetime, `deltas add up to ${sum}, but only ${end - lifetime} bytes came in`);
    assert.ok(Math.max(...deltas) < lifetime, `a delta of ${Math.max(...deltas)}, the lifetime total was ${lifetime}`);
  });
});
