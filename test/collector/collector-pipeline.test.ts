import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { describe, it } from 'mocha';
import { parse } from 'yaml';
import { collectorPath } from '../support/collector-binary.js';
import { startCollector } from '../support/collector.js';
import { request, spans } from '../support/example-sessions.js';
import { freePort, until } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';
import { sendOtlp } from '../support/send-otlp.js';

const SAMPLE = repositoryPath('examples/collector-pipeline/collector.yaml');

interface Pipeline {
  readonly connectors: { readonly spanmetrics: object };
  readonly exporters: { readonly prometheus: object };
}

/** What is behind `name{labels} value # {exemplar} …` in OpenMetrics. */
const CALLS = /^traces_span_metrics_calls_total\{(?<labels>.*?)\} (?<value>\S+)(?: # \{(?<exemplar>.*?)\})?/gm;

describe('examples/collector-pipeline', () => {
  it('counts requests by the device that they went through, with exemplars that lead to traces', async () => {
    const pipeline = parse(await readFile(SAMPLE, 'utf8')) as Pipeline;
    const port = await freePort();
    const config = {
      ...pipeline,
      // So long that what is shown between two flushes is seen, also on a machine with much else to do.
      connectors: { spanmetrics: { ...pipeline.connectors.spanmetrics, metrics_flush_interval: '1s' } },
      exporters: { prometheus: { ...pipeline.exporters.prometheus, endpoint: `127.0.0.1:${port}` } },
    };
    const collector = await startCollector({ config });
    try {
      const beside = { ...request, spanId: '27b8d1a3f05c49e7', attributes: [] };
      const { resource } = spans.resourceSpans![2]!;
      await sendOtlp(collector.httpPort, spans);
      await sendOtlp(collector.httpPort, {
        resourceSpans: [{ resource, scopeSpans: [{ scope: {}, spans: [beside] }] }],
      });
      const headers = { accept: 'application/openmetrics-text; version=1.0.0' };
      // By the time that a series gets from 0 to 1 its exemplar has been shown and is gone.
      const exemplars: Record<string, string>[] = [];
      const series = await until('both requests are counted', async () => {
        const text = await (await fetch(`http://127.0.0.1:${port}/metrics`, { headers })).text();
        const found = [...text.matchAll(CALLS)].map(({ groups }) => groups!);
        for (const { labels, exemplar } of found) {
          if (exemplar !== undefined && labels!.includes('wg0')) exemplars.push(toLabels(exemplar));
        }
        return found.length >= 2 && found.every(({ value }) => Number(value) === 1) && found;
      });
      assert.deepEqual(
        series.map(({ labels }) => JSON.stringify(ofRequest(toLabels(labels!)))).toSorted(),
        [
          ['shop', 'SPAN_KIND_CLIENT', 'GET', 'wg0'],
          ['shop', 'SPAN_KIND_CLIENT', 'GET', undefined],
        ].map((labels) => JSON.stringify(labels)),
      );
      assert.deepEqual(exemplars[0], { trace_id: request.traceId, span_id: request.spanId });
    } finally {
      await collector.stop();
    }
  });

  it('goes together with the configuration for a backend', async () => {
    const configs = [repositoryPath('otel-config/collector-tempo.yaml'), SAMPLE].map((path) => `--config=${path}`);
    await execa(collectorPath() ?? '', ['validate', ...configs], { env: { TEMPO_ENDPOINT: 'tempo:4317' } });
  });
});

function ofRequest(labels: Readonly<Record<string, string>>): unknown[] {
  return ['service_name', 'span_kind', 'span_name', 'network_interface_name'].map((label) => labels[label]);
}

function toLabels(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/(\w+)="(.*?)"/g)].map(([, name, value]) => [name, value]));
}
