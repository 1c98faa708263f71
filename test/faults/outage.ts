import assert from 'node:assert/strict';
import type { Deliveries } from '@wgotel/agent';
import type { ObservedAgent } from './observed-agent.js';

const FAILED = 'sending failed, will be tried again';
const RECOVERED = 'the server answers again';

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
  const { failure } = await agent.metrics(exporter);
  assert.match(failure!.reason, reason);
  await end();
  await agent.until('it says that sending works', () => agent.said(RECOVERED, 'info') > 0);
  await agent.catchesUp(exporter);
  const deliveries = await agent.end(exporter);
  assertLossless(agent, deliveries);
  assert.equal(agent.said(RECOVERED), 1);
  return deliveries;
}

/** Checks that all was sent, and each reason why it could not be was told once. */
export function assertLossless(agent: ObservedAgent, { enqueued, sent, dropped }: Deliveries): void {
  assert.deepEqual([dropped, sent], [{}, enqueued]);
  const reasons = agent.log.filter(({ msg }) => msg === FAILED).map((line) => line['reason']);
  assert.equal(new Set(reasons).size, reasons.length, reasons.join());
  assert.deepEqual(
    agent.warnings.filter((msg) => msg !== FAILED),
    [],
  );
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
