/**
 * An application in a network namespace:
 *   node tagging-app.js SETTINGS
 * asks each URL, over http and over fetch, until its span is tagged, three times at most, and prints as JSON which device
 * each last span says.
 */
import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { SpanKind } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { TunnelView } from '@wgotel/core';
import { TunnelSpanProcessor, type TunnelSpanProcessorOptions } from '@wgotel/core/tracing';
import { FixedFeed } from '../support/tunnel-feed.js';

export interface Settings {
  readonly views: readonly TunnelView[];
  readonly options?: TunnelSpanProcessorOptions;
  readonly urls: readonly string[];
}

const { views, options, urls } = JSON.parse(process.argv[2]!) as Settings;
const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({
  spanProcessors: [new TunnelSpanProcessor(new FixedFeed(views), options), new SimpleSpanProcessor({ exporter })],
});
const tracer = provider.getTracer('app');
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
      const device = exporter.getFinishedSpans().at(-1)!.attributes['network.interface.name'];
      if (device !== undefined) seen[`${name} ${url}`] = device;
    }
  }
}
console.log(JSON.stringify(seen));
await provider.shutdown();
