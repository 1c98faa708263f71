import { basename } from 'node:path';
import { WireGuardError } from '../../errors.js';

export interface WgResult {
  /** 0: `wg` read what it found. */
  readonly exitCode: number | undefined;
  /** What it complained of, a line each. */
  readonly complaints: string[];
}

/** `wg` complains in a line a device; more than this is no `wg`. */
const MOST_COMPLAINTS = 64 * 1024;

/** What has the programs that are run by default. */
const PACKAGES: Readonly<Record<string, string>> = {
  wg: 'install wireguard-tools',
  ip: 'install iproute2',
  nsenter: 'install util-linux',
};

/** What programs that lead to `wg` need to know: where they are, who asks, and which agent, host or cluster to turn to. The rest
 *  of the environment may hold secrets, such as headers of an exporter, which are no business of theirs. */
const PASSED_ON =
  /^(?:PATH|HOME|USER|LOGNAME|TMPDIR|TZ|XDG_RUNTIME_DIR|XDG_CONFIG_HOME|SSH_AUTH_SOCK|KUBECONFIG|KUBERNETES_SERVICE_(?:HOST|PORT)|CONTAINER_HOST|DOCKER_(?:HOST|CONTEXT|CONFIG|CERT_PATH|TLS_VERIFY))$/;

function environmentOf(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const passedOn = Object.entries(own).filter(([name]) => PASSED_ON.test(name));
  // `wg` then complains in known words.
  return { ...Object.fromEntries(passedOn), LC_ALL: 'C' };
}

/** Runs `wg` and hands its output over in chunks, which the taker zeroes. No shell is involved. A child that hangs is
 *  killed when the signal fires.
 *
 *  @throws {WireGuardError} `SOURCE_UNAVAILABLE` if there is no such program, `PERMISSION_DENIED` if it may not be run,
 *  `TIMEOUT`, or whatever `take` throws */
export async function runWg(
  command: readonly string[],
  args: readonly string[],
  take: (chunk: Buffer) => void,
  signal: AbortSignal,
): Promise<WgResult> {
  // Loaded only now: it takes most of the time that importing this library would take otherwise.
  const { execa } = await import('execa');
  const [program = 'wg', ...first] = command;
  const child = execa(program, [...first, ...args], {
    stdin: 'ignore',
    encoding: 'buffer',
    buffer: { stdout: false, stderr: true },
    maxBuffer: { stderr: MOST_COMPLAINTS },
    env: environmentOf(process.env),
    extendEnv: false,
    reject: false,
    killSignal: 'SIGKILL',
    // It would put listeners on the application's own process.
    cleanup: false,
  });
  let thrown: unknown;
  child.stdout.on('data', (chunk: Buffer) => {
    try {
      if (thrown === undefined) take(chunk);
    } catch (error) {
      thrown = error;
      child.kill();
    }
    chunk.fill(0);
  });
  // Not left to execa: a grandchild that keeps the pipe open would outlive the kill, and the wait.
  const aborted = new Promise<'aborted'>((resolve) => {
    const stop = (): void => {
      child.kill();
      resolve('aborted');
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    void child.finally(() => signal.removeEventListener('abort', stop));
  });
  const result = await Promise.race([child, aborted]);
  if (thrown !== undefined) throw thrown;
  if (result === 'aborted') {
    child.stdout.destroy();
    child.stderr.destroy();
    throw new WireGuardError('TIMEOUT', `\`${program}\` did not finish in time and was killed`);
  }
  if (result.code === 'ENOENT') {
    throw new WireGuardError(
      'SOURCE_UNAVAILABLE',
      `there is no program \`${program}\`: ${PACKAGES[basename(program)] ?? 'install it'}, or kernel devices can't be read`,
      { cause: result },
    );
  }
  if (result.code === 'EACCES' || result.code === 'EPERM') {
    throw new WireGuardError('PERMISSION_DENIED', `no permission to run \`${program}\``, { cause: result });
  }
  if (result.exitCode === undefined) {
    const why =
      result.signal === undefined
        ? `can't be run: ${result.code ?? 'unknown reason'}`
        : `was ended by ${result.signal}`;
    throw new WireGuardError('READ_FAILED', `\`${program}\` ${why}`, { cause: result });
  }
  const complaints = Buffer.from(result.stderr)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  return { exitCode: result.exitCode, complaints };
}
