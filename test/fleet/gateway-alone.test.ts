import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { execa } from 'execa';
import { describe, it } from 'mocha';
import { fullCollectorPath } from '../support/full-collector-binary.js';
import { repositoryPath } from '../support/repository.js';
import { sendOtlp } from '../support/send-otlp.js';
import { startMetricsGateway } from './gateway-tiers.js';
import { oneRequest } from './traffic.js';

describe('a gateway', () => {
  // In OTLP, 500 says that it is of no use to send this again, and 503 that it is.
  for (const [gate, status] of [
    ['-exporter.prometheusremotewritexporter.RetryOn429', 500],
    ['exporter.prometheusremotewritexporter.RetryOn429', 503],
  ] as const) {
    it(`answers ${status} for a backend that has enough, with the gate ${gate}`, async () => {
      const busy = createServer((_, response) => response.writeHead(429).end()).listen(0, '127.0.0.1');
      await once(busy, 'listening');
      const { port } = busy.address() as AddressInfo;
      const gateway = await startMetricsGateway(`http://127.0.0.1:${port}`, [`--feature-gates=${gate}`]);
      try {
        await assert.rejects(sendOtlp(gateway.httpPort, oneRequest('host', ['test.point'])), new RegExp(`${status}`));
      } finally {
        await gateway.stop();
        busy.close();
      }
    });
  }

  it('does not start until Prometheus has an address', async () => {
    const config = repositoryPath('otel-config/gateway/gateway.yaml');
    const env = { TEMPO_ENDPOINT: 'http://127.0.0.1:1', KAFKA_BROKER: '127.0.0.1:1', GATEWAY_STORAGE: tmpdir() };
    const validate = (more: object): Promise<unknown> =>
      execa(fullCollectorPath() ?? '', ['validate', `--config=${config}`], { env: { ...env, ...more } });
    await assert.rejects(validate({}), /endpoint/);
    await validate({ REMOTE_WRITE_ENDPOINT: 'http://127.0.0.1:1' });
  });
});
