import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAgent } from '../support/agent.js';
import type { RunningCollector } from '../support/collector.js';
import { startSimulator } from '../support/simulator-process.js';

/** An agent that reads a simulated device with three peers and calls its host `gateway`. */
export interface FedCollector {
  stop(): Promise<void>;
}

/** Starts an agent that sends to a Collector every second. */
export async function feed(collector: RunningCollector): Promise<FedCollector> {
  const folder = await mkdtemp(join(tmpdir(), 'wgotel-pipelines-'));
  const simulator = await startSimulator(folder, 3);
  const receiver = { source: 'uapi', directory: folder, collection_interval: '1s', initial_delay: 0 };
  const service = { extensions: [], telemetry: { resource: { 'host.name': 'gateway' } } };
  const config = join(folder, 'config.yaml');
  await writeFile(config, JSON.stringify({ receivers: { wireguard: receiver }, service }));
  const agent = startAgent(collector.grpcPort, ['--config', config]);
  return {
    stop: async () => {
      await agent.stop();
      await simulator.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
