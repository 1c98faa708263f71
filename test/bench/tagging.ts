/**
 * Measures what tagging costs a span, in a process of its own:
 *   node --expose-gc tagging.js ALLOWED_IPS
 * prints a JSON line. Times are the least of runs, in microseconds of CPU, user and system.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { SpanKind, type Attributes } from '@opentelemetry/api';
import { NoopSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { TunnelView } from '@wgotel/core';
import { TunnelSpanProcessor, type RecordedSpan } from '@wgotel/core/tracing';
import ipaddr from 'ipaddr.js';
import { until } from '../support/process.js';
import { FixedFeed, tunnelView } from '../support/tunnel-feed.js';

export interface Tagging {
  readonly allowedIPs: number;
  /** A span without a processor. */
  readonly span: number;
  /** What the processor adds to a span that is tagged. */
  readonly matched: number;
  /** To one whose address no allowed IP holds. */
  readonly unmatched: number;
  /** Finding an address by comparing it with each prefix as numbers, and with ipaddr.js. */
  readonly linear: number;
  readonly ipaddrJs: number;
  /** While a table is made anew, garbage included, in milliseconds. */
  readonly longestBlock: number;
  /** The same while nothing is done: what the machine adds. */
  readonly longestIdle: number;
}

const RUNS = 15;
const SPANS = 20_000;
const RESOLUTION = 1;
const count = Number(process.argv[2]);

/** A host route each. */
const addressOf = (index: number): string => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
const viewsFrom = (first: number): TunnelView[] =>
  Array.from({ length: count }, (_, index) =>
    tunnelView({
      interface: 'wg0',
      peerId: index.toString(16).padStart(16, '0'),
      name: 'peer',
      allowedIPs: [`${addressOf(first + index)}/32`],
      handshakeTime: Date.now(),
    }),
  );

const feed = new FixedFeed(viewsFrom(0));
// There is no such device here, so no route is looked at: a route that is known is a look into a map.
const processor = new TunnelSpanProcessor(feed, { match: 'allowed_ips' });
const matchedAddresses = Array.from({ length: 1000 }, (_, index) => addressOf(Math.floor((index * count) / 1000)));
const unmatchedAddresses = Array.from({ length: 1000 }, (_, index) => `192.0.${index >> 8}.${index & 255}`);
const plain = new TracerProvider({ spanProcessors: [new NoopSpanProcessor()] }).getTracer('bench');
const tagged = new TracerProvider({ spanProcessors: [processor] }).getTracer('bench');

function cpuSince(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun);
  return user + system;
}

let tags = 0;

/** Microseconds of a client span whose peer is known at its end, as over HTTP. */
function spansOf(tracer: typeof plain, addresses: readonly string[]): number {
  const begun = process.cpuUsage();
  for (let index = 0; index < SPANS; index++) {
    const address = addresses[index % addresses.length]!;
    const attributes: Attributes = { 'server.address': address, 'server.port': 80 };
    const span = tracer.startSpan('GET', { kind: SpanKind.CLIENT, attributes });
    span.setAttribute('network.peer.address', address);
    span.end();
    tags += 'wireguard.peer.id' in (span as RecordedSpan).attributes ? 1 : 0;
  }
  return cpuSince(begun) / SPANS;
}

// The table is made in slices.
await until('spans are tagged', () => {
  tags = 0;
  spansOf(tagged, matchedAddresses);
  return tags === SPANS;
});
tags = 0;

// The least of many runs: whatever else the machine does can only add.
const least = { span: Infinity, matched: Infinity, unmatched: Infinity, plainUnmatched: Infinity };
for (let run = 0; run < RUNS; run++) {
  global.gc!();
  // The first after a collection pays for the heap that grows again.
  spansOf(plain, matchedAddresses);
  least.span = Math.min(least.span, spansOf(plain, matchedAddresses));
  least.matched = Math.min(least.matched, spansOf(tagged, matchedAddresses));
  least.plainUnmatched = Math.min(least.plainUnmatched, spansOf(plain, unmatchedAddresses));
  least.unmatched = Math.min(least.unmatched, spansOf(tagged, unmatchedAddresses));
}

if (tags !== RUNS * SPANS) throw new Error(`${tags} spans were tagged, not ${RUNS * SPANS}`);

/** Microseconds of one look, at so many addresses that it takes some 100 ms. */
function looks(find: (address: string) => unknown): number {
  const times = Math.max(3, Math.min(10_000, Math.floor(200_000 / count)));
  for (const address of matchedAddresses.slice(0, 3)) find(address);
  const begun = process.cpuUsage();
  for (let index = 0; index < times; index++) find(matchedAddresses[(index * 7) % 1000]!);
  return cpuSince(begun) / times;
}
const numbers = Array.from({ length: count }, (_, index) => [(10 * 2 ** 24 + index) >>> 0, 0xffffffff] as const);
const linear = looks((address) => {
  const value = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return numbers.find(([start, mask]) => (value & mask) >>> 0 === start);
});
const parsed = viewsFrom(0).map(({ allowedIPs }) => ipaddr.parseCIDR(allowedIPs[0]!));
const ipaddrJs = looks((address) => {
  const value = ipaddr.parse(address);
  return parsed.find((prefix) => value.match(prefix));
});

const next = [viewsFrom(1), viewsFrom(2)];
global.gc!();
await delay(100);
/** The longest time in which the event loop did not go round, in milliseconds. */
async function longestBlock(work: () => Promise<void>): Promise<number> {
  const blocks = monitorEventLoopDelay({ resolution: RESOLUTION });
  blocks.enable();
  await work();
  blocks.disable();
  return blocks.max / 1e6 - RESOLUTION;
}
const blockOfIdling = await longestBlock(() => delay(2000));
const blockOfTable = await longestBlock(async () => {
  for (const views of next) {
    feed.change(views);
    await delay(1000);
  }
});
const result: Tagging = {
  allowedIPs: count,
  span: least.span,
  matched: least.matched - least.span,
  unmatched: least.unmatched - least.plainUnmatched,
  linear,
  ipaddrJs,
  longestBlock: blockOfTable,
  longestIdle: blockOfIdling,
};
console.log(JSON.stringify(result));
await processor.shutdown();
