import assert from 'node:assert/strict';
import { renderOtlp } from '@wgotel/agent';
import { describe, it } from 'mocha';
import { scenario } from '../agent/prometheus/scenario.js';
import { expositionOf, pageText, receiverWith } from '../agent/prometheus/shown.js';
import { startCollector } from '../support/collector.js';
import type { OtlpRequest } from '../support/otlp-json.js';
import { freePort, until } from '../support/process.js';
import { sendOtlp } from '../support/send-otlp.js';
import { linesOf } from './page-lines.js';

const RESOURCE = { 'service.name': 'wgotel', 'service.instance.id': '7', 'host.name': 'h' };

describe('the page of metrics', () => {
  it('is line by line that of a Collector which is sent the same frame over OTLP', async () => {
    const frame = scenario();
    const port = await freePort();
    const collector = await startCollector({
      config: {
        exporters: { prometheus: { endpoint: `127.0.0.1:${port}`, without_scope_info: true } },
        service: { pipelines: { metrics: { receivers: ['otlp'], exporters: ['prometheus'] } } },
      },
    });
    try {
      await sendOtlp(collector.httpPort, JSON.parse(renderOtlp(frame, RESOURCE)) as OtlpRequest);
      const theirs = await until('the metrics are there', async () => {
        const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
        return text.includes('wireguard_') && text;
      });
      const ours = await pageText(expositionOf({ wireguard: receiverWith(frame) }));
      assert.ok(linesOf(ours).size > 30);
      assert.deepEqual(linesOf(ours), linesOf(theirs));
    } finally {
      await collector.stop();
    }
  });
});
