import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { startCollector } from '../support/collector.js';
import { exportedPoints } from '../support/exported-points.js';
import { startProcess, until } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';
import { startSimulator } from '../support/simulator-process.js';

const PEERS = 5;

describe('examples/embed-in-service', () => {
  it("sends WireGuard's points and its own to a Collector", async () => {
    const directory = await mkdtemp(join(tmpdir(), 'wgotel-embed-'));
    const simulator = await startSimulator(directory, PEERS);
    const collector = await startCollector();
    try {
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.grpcPort}`,
        WIREGUARD_SOCKETS: directory,
      };
      const [telemetry, main] = ['telemetry', 'main'].map((name) =>
        repositoryPath(`build/examples/embed-in-service/${name}.js`),
      );
      const service = startProcess(process.execPath, ['--import', telemetry!, main!], { env });
      try {
        const url = await until('it listens', () => /http:\S+/.exec(service.output())?.[0], { process: service });
        assert.equal(await (await fetch(url)).text(), 'hello\n');
      } finally {
        await service.stop();
      }
      assert.equal(service.output().split('\n').length, 2, service.output());
      await collector.stop();
      const points = exportedPoints(await collector.exported());
      assert.equal(points.find(({ metric }) => metric === 'hello.requests')?.value, 1);
      const series = points
        .filter(({ metric }) => metric === 'wireguard.peer.io')
        .map(({ attributes }) => `${attributes['wireguard.peer.id']} ${attributes['network.io.direction']}`);
      assert.equal(new Set(series).size, PEERS * 2);
    } finally {
      await Promise.all([simulator.stop(), collector.stop()]);
      await rm(directory, { recursive: true });
    }
  });
});
