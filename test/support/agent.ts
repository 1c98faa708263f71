import { startProcess, type RunningProcess } from './process.js';
import { repositoryPath } from './repository.js';

const CLI = repositoryPath('packages/agent/dist/cli.js');

/** Starts the real agent, sending to a port of loopback. */
export function startAgent(grpcPort: number, flags: readonly string[], node: readonly string[] = []): RunningProcess {
  const args = [...node, CLI, 'run', '--endpoint', `http://127.0.0.1:${grpcPort}`, ...flags];
  return startProcess(process.execPath, args);
}
