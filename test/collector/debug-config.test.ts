import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { describe, it } from 'mocha';
import { collectorPath } from '../support/collector-binary.js';
import { startCollector } from '../support/collector.js';
import { sendCounter } from '../support/send-counter.js';
import { repositoryPath } from '../support/repository.js';
import { until } from '../support/process.js';

describe('otel-config/collector-debug.yaml', () => {
  const path = repositoryPath('otel-config/collector-debug.yaml');

  it('is valid to the Collector', async () => {
    await execa(collectorPath() ?? '', ['validate', `--config=${path}`]);
  });

  it('prints a metric that is sent to it', async () => {
    const collector = await startCollector({ config: await readFile(path, 'utf8') });
    try {
      await sendCounter(collector.grpcPort, 'wgotel.test.counter', 42);
      const line = await until('the metric is printed', () => /^wgotel\.test\.counter.*/m.exec(collector.logs())?.[0]);
      assert.match(line, /42/);
    } finally {
      await collector.stop();
    }
  });
});
