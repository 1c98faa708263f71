/**
 * An application in a network namespace:
 *   node tagging-app.js SETTINGS
 * asks each URL, over http and over fetch, until its span is tagged, three times at most, and prints as JSON which device
 * (or what else, by `attribute`) each last span says.
 */
import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { SpanKind } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { TunnelView } from '@wgotel/core';
import { createAgentFeed, TunnelSpanProcessor, type TunnelSpanProcessorOptions } from '@wgotel/core/tracing';
import { until } from '../support/process.js';
import { FixedFeed } from '../support/tunnel-feed.js';

export interface Settings {
  /** The tunnels there are, or the socket of an agent that tells of them. */
  readonly views: readonly TunnelView[] | string;
  readonly attribute?: string;
  readonly options?: TunnelSpanProcessorOptions;
  readonly urls: readonly string[];
}

const { views, attribute = 'network.interface.name', options, urls } = JSON.parse(process.argv[2]!) as Settings;
const feed = typeof views === 'string' ? createAgentFeed({ path: views }) : new FixedFeed(views);
const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({
  spanProcessors: [new TunnelSpanProcessor(feed, options), new SimpleSpanProcessor({ exporter })],
});
const tracer = provider.getTracer('app');
await until('there are tunnels', () => feed.current().length > 0);
await delay(50);

/** The socket's peer, as instrumentation-http says it. */
const overHttp = (url: string): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      resolve(response.socket.remoteAddress);
      response.resume();
    }).once('error', reject);
  });
/** Without it: the span has the host of the URL alone. */
const overFetch = async (url: string): Promise<undefined> => {
  await (await fetch(url, { headers: { connection: 'close' } })).text();
};

const seen: Record<string, unknown> = {};
for (const url of urls) {
  for (const [name, request] of [
    ['http', overHttp],
    ['fetch', overFetch],
  ] as const) {
    for (let attempt = 0; attempt < 3 && seen[`${name} ${url}`] === undefined; attempt++) {
      const attributes = { 'server.address': new URL(url).hostname };
      const span = tracer.startSpan('GET', { kind: SpanKind.CLIENT, attributes });
      const peer = await request(url);
      if (peer !== undefined) span.setAttribute('network.peer.address', peer);
      span.end();
      await delay(20);
      const said = exporter.getFinishedSpans().at(-1)!.attributes[attribute];
      if (said !== undefined) seen[`${name} ${url}`] = said;
    }
  }
}
console.log(JSON.stringify(seen));
await provider.shutdown();
