import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Simulator } from '@wgotel/simulator';
import { repositoryPath } from '../../support/repository.js';

const CLI = repositoryPath('packages/agent/dist/cli.js');

export interface AgentProcess {
  readonly child: ChildProcess;
  /** What it has written so far. */
  readonly output: { out: string; err: string };
  /** Exit code and signal. */
  readonly ended: Promise<[number | null, NodeJS.Signals | null]>;
}

export interface CliOptions {
  /** Options of Node itself. */
  readonly node?: readonly string[];
  /** A program that becomes what comes after it, as `nice` does. */
  readonly via?: readonly string[];
}

/** Runs `wgotel` with nothing in its environment but what is given. */
export function startCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { node = [], via = [] }: CliOptions = {},
): AgentProcess {
  const [program = '', ...rest] = [...via, process.execPath, ...node, CLI, ...args];
  const child = spawn(program, rest, { env: { PATH: process.env['PATH'], ...env } });
  const output = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.err += text));
  return { child, output, ended: once(child, 'close') as AgentProcess['ended'] };
}

/** Runs a test with a simulated device, and an agent that scrapes it ten times a second. */
export async function withAgent(
  env: Readonly<Record<string, string>>,
  test: (agent: AgentProcess) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'wgotel-run-'));
  const simulator = new Simulator({ directory });
  simulator.addDevice({ name: 'wg0', peers: 5, age: 600_000 });
  await simulator.start();
  const agent = startCli(['run', '--interval', '100ms', '--source', 'uapi', '--uapi-directory', directory], env);
  try {
    await test(agent);
  } finally {
    agent.child.kill('SIGKILL');
    await simulator.close();
    await rm(directory, { recursive: true, force: true });
  }
}
