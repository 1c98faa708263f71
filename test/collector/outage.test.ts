import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { startCollector, type RunningCollector } from '../support/collector.js';
import { exportedPoints } from '../support/exported-points.js';
import type { OtlpRequest } from '../support/otlp-json.js';
import { Outage, TEN_MINUTES, withoutRepetitions } from '../support/outage.js';
import { until } from '../support/process.js';

describe('a Collector that is stopped', function () {
  this.timeout(180_000);
  let collector: RunningCollector;
  let outage: Outage;

  beforeEach(async () => {
    collector = await startCollector();
    outage = await Outage.begin(collector.grpcPort);
  });
  afterEach(async () => {
    await outage.close();
    await collector.stop();
  });

  it('by SIGTERM for ten minutes’ worth of scrapes, with an agent that is killed twice meanwhile, has all in the end', async () => {
    const { grpcPort } = collector;
    outage.start();
    await until('some have arrived', async () => (await collector.exported()).length >= 5);
    await collector.stop();
    const before = await collector.exported();
    await outage.scraped(TEN_MINUTES / 2);
    await outage.kill();
    outage.start();
    await outage.scraped(TEN_MINUTES / 2);
    await outage.kill();
    outage.start();
    await outage.scraped(3);
    collector = await startCollector({ grpcPort });
    await until('all has arrived', () => outage.files.length <= 1);
    await outage.end();
    assert.deepEqual(outage.files, []);
    await collector.stop();
    const arrived = [...before, ...(await collector.exported())].filter(({ resourceMetrics }) => resourceMetrics);
    const { once, repeated } = withoutRepetitions(arrived.map((request) => JSON.stringify(request)));
    assert.ok(repeated.length <= 1, `${repeated.length} came twice`);
    outage.assertComplete(once.map((text) => exportedPoints([JSON.parse(text) as OtlpRequest])));
  });
});
