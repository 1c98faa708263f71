import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess, until, type RunningProcess } from './process.js';
import { repositoryPath } from './repository.js';

/** Starts the simulator in a process of its own, with a device wg0 that has been up for an hour. */
export async function startSimulator(directory: string, peers: number): Promise<RunningProcess> {
  const cli = repositoryPath('packages/simulator/dist/cli.js');
  const flags = ['--directory', directory, '--device', 'wg0', '--peers', String(peers), '--age', '3600'];
  const simulator = startProcess(process.execPath, [cli, ...flags]);
  await until('the simulator listens', () => simulator.output().includes('listening'), {
    process: simulator,
    timeoutMs: 60_000,
  });
  return simulator;
}

/** Serves a device with so many peers in a folder, from a process of its own, for as long as the work takes. */
export async function withSimulator<T>(peers: number, work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'wgotel-simulated-'));
  let simulator: RunningProcess | undefined;
  try {
    simulator = await startSimulator(directory, peers);
    return await work(directory);
  } finally {
    await simulator?.stop();
    await rm(directory, { recursive: true });
  }
}
