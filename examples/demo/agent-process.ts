import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('dist/cli.js', import.meta.resolve('@wgotel/agent/package.json')));
/** How much of what an agent said is kept, in characters. */
const KEPT = 2000;

export interface AgentProcess {
  /** Settles when the process has ended, with what it last said. */
  readonly ended: Promise<string>;
  /** Lets it send what it still has, and waits until it has ended. */
  stop(): Promise<void>;
}

/** Starts the agent, as `wgotel run` does, on the sockets in a folder. */
export async function startAgent(
  directory: string,
  env: NodeJS.ProcessEnv,
  ...more: readonly string[]
): Promise<AgentProcess> {
  const args = [CLI, 'run', '--source', 'uapi', '--uapi-directory', directory, '--interval', '2s', ...more];
  // Detached: Ctrl-C is for the demo, which then ends its agents in order.
  const child = spawn(process.execPath, args, { env, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  await once(child, 'spawn');
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-KEPT)));
  const ended = once(child, 'close').then(() => said);
  return {
    ended,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
