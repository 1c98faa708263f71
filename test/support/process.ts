import { randomInt } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { connect, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa, type Options } from 'execa';

/** A process a test has started. */
export interface RunningProcess {
  readonly pid: number;
  /** Returns what the process has written so far, standard output and standard error in order. */
  output(): string;
  /** Tells whether the process is gone. */
  ended(): boolean;
  /** Ends the process (SIGTERM, after 20 s SIGKILL) and waits until it is gone; harmless when it already is. */
  stop(): Promise<void>;
}

/** An agent takes 5 s to end where it can't deliver, and more on a machine with much else to do; in milliseconds. */
const PATIENCE = 20_000;

/** Starts a program that keeps running. It is ended with this process at the latest. Throws if it can't be started. */
export function startProcess(file: string, args: readonly string[], options: Options = {}): RunningProcess {
  const child = execa(file, args, {
    ...options,
    all: true,
    buffer: false,
    reject: false,
    stdin: 'ignore',
    forceKillAfterDelay: PATIENCE,
  });
  if (child.pid === undefined) throw new Error(`can't start ${file}: is it installed?`);
  let output = '';
  let ended = false;
  child.all?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const end = child.then(() => {
    ended = true;
  });
  return {
    pid: child.pid,
    output: () => output,
    ended: () => ended,
    stop: () => {
      child.kill('SIGTERM');
      return end;
    },
  };
}

/**
 * Waits until `probe` gives something other than undefined or false, and returns it.
 * Throws after `timeoutMs`, or at once with its last output when `process` ends before.
 */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  { process, timeoutMs = 30_000 }: { process?: RunningProcess; timeoutMs?: number } = {},
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>;
    if (process?.ended()) throw new Error(`process ended before ${what}:\n${process.output().slice(-2000)}`);
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await delay(20);
  }
}

/** Ports below those that a kernel by default gives to whoever wants any: it would give one away before it is used, or to
 *  the very connection that is made to it. */
const [LOWEST_PORT, END_OF_PORTS] = [10_000, 32_768];

/** Ports that were returned or tried: who got one may not listen on it yet. */
const given = new Set<number>();

/** Returns a TCP port of 127.0.0.1 that nothing listens on, each once. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST_PORT, END_OF_PORTS);
    if (given.has(port)) continue;
    given.add(port);
    if (await canListen(port)) return port;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Tells whether something accepts connections on a TCP port of 127.0.0.1. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** Tells whether a program is on the PATH. */
export function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
