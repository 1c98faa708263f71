import { startProcess, type RunningProcess } from './process.js';
import { repositoryPath } from './repository.js';

const CLI = repositoryPath('packages/agent/dist/cli.js');

export interface AgentOptions {
  /** Options of Node itself. */
  readonly node?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the real agent, sending to a port of loopback. */
export function startAgent(
  grpcPort: number,
  flags: readonly string[],
  { node = [], env = {} }: AgentOptions = {},
): RunningProcess {
  const args = [...node, CLI, 'run', '--endpoint', `http://127.0.0.1:${grpcPort}`, ...flags];
  return startProcess(process.execPath, args, { env });
}
