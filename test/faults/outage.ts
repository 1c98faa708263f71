import assert from 'node:assert/strict';
import type { Deliveries } from '@wgotel/agent';
import type { GrpcBackend } from './backend.js';
import type { ObservedAgent } from './observed-agent.js';
import { scrapesIn } from './points.js';

export const FAILED = 'sending failed, will be tried again';
export const DROPPED = 'dropped a request';
const RECOVERED = 'the server answers again';

/** Within which an agent finds a server that is there again, in milliseconds. */
const RECOVERY = 30_000;

export interface Outage {
  /** The word in the log for what is wrong. */
  readonly reason: RegExp;
  readonly exporter?: string;
  /** Scrapes while it lasts. Default: 5. */
  readonly scrapes?: number;
  readonly begin: () => unknown;
  readonly end: () => unknown;
}

/** Lets an agent go through an outage that it gets over without loss, and ends it. Returns what became of its metrics. */
export async function goThrough(
  agent: ObservedAgent,
  { reason, exporter = 'otlp_grpc', scrapes = 5, begin, end }: Outage,
): Promise<Deliveries> {
  await begin();
  await agent.until('it says that sending fails', () => agent.said(FAILED, 'warn') > 0);
  await agent.scrapes(scrapes, exporter);
  // What it said may have been of an outage before this one.
  let failed = '';
  await agent.until('sending fails', async () => (failed = (await agent.metrics(exporter)).failure?.reason ?? ''));
  assert.match(failed, reason);
  await end();
  await agent.until('it says that sending works', () => agent.said(RECOVERED, 'info') > 0, RECOVERY);
  await agent.catchesUp(exporter);
  const deliveries = await agent.end(exporter);
  assertLossless(agent, deliveries);
  assert.ok(agent.said(RECOVERED) > 0);
  return deliveries;
}

/** A row that is the same for a queue in memory and one on disk. */
export const TOO_LONG = {
  fault: 'an outage that is longer than the queue is large',
  expected: 'the oldest requests are dropped and counted, with one warning: exactly those are missing afterwards',
} as const;

/** Lets trouble last until requests are dropped, and ends it. Returns what was seen. */
export async function overflow(agent: ObservedAgent, backend: GrpcBackend, told: readonly string[]): Promise<string> {
  await agent.until(
    'requests are dropped',
    async () => ((await agent.metrics()).dropped['queue_full']?.requests ?? 0) >= 5,
  );
  backend.trouble = undefined;
  backend.slowness = 0;
  await agent.catchesUp();
  const deliveries = await agent.end();
  const { enqueued, sent, dropped } = deliveries;
  assert.equal(scrapesIn(backend.taken).length, sent.requests);
  assert.equal(dropped['queue_full']!.requests, enqueued.requests - sent.requests);
  assertTold(agent, told);
  return tell(agent, deliveries);
}

/** Checks that all was sent, and that nothing was told but why it could not be for a while. */
export function assertLossless(agent: ObservedAgent, { enqueued, sent, dropped }: Deliveries): void {
  assert.deepEqual([dropped, sent], [{}, enqueued]);
  assertTold(agent, agent.said(FAILED) > 0 ? [FAILED] : []);
}

/** Checks that these warnings were given and no others, each once; but that sending fails once for each reason of an outage. On a
 *  machine with too much to do, there may be more outages than were brought about. */
export function assertTold(agent: ObservedAgent, messages: readonly string[]): void {
  const warnings = agent.warnings.filter((msg) => msg !== FAILED);
  assert.deepEqual(warnings.toSorted(), messages.filter((msg) => msg !== FAILED).toSorted());
  assert.equal(agent.said(FAILED) > 0, messages.includes(FAILED));
  const reasons = new Set<unknown>();
  for (const { msg, reason } of agent.log) {
    if (msg === FAILED) {
      assert.ok(!reasons.has(reason), `${String(reason)} was told twice of one outage`);
      reasons.add(reason);
    } else if (msg === RECOVERED) {
      assert.ok(reasons.size > 0, 'an end was told without a beginning');
      reasons.clear();
    }
  }
}

/** Says what was counted and said. */
export function tell(agent: ObservedAgent, { enqueued, sent, dropped }: Deliveries): string {
  const lost = Object.entries(dropped).map(([reason, { requests }]) => `${requests} dropped (${reason})`);
  const counts = [
    `${enqueued.requests} requests`,
    `${sent.requests} sent`,
    ...(lost.length > 0 ? lost : ['0 dropped']),
  ];
  return `${counts.join(', ')}; ${said(agent)}`;
}

/** Its warnings, and what says that they are over, with how often. */
export function said(agent: ObservedAgent): string {
  const lines = agent.log.filter(({ level, msg }) => level !== 'info' || /again|^over|now$/.test(msg));
  const counts = new Map<string, number>();
  for (const { msg } of lines) counts.set(msg, (counts.get(msg) ?? 0) + 1);
  return [...counts].map(([msg, count]) => `${count} × "${msg}"`).join(', ') || 'no warning';
}
