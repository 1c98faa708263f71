import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileQueue, Logger, Sender, type FileQueueOptions, type Outcome, type Transport } from '@wgotel/agent';
import { DEADLINE, turn, untilAborted, UNUSED } from '../sender-setup.js';

export const SENT: Outcome = { kind: 'sent', rejectedItems: 0, message: '' };
export const UNCONNECTED: Outcome = {
  kind: 'failed',
  reason: 'unavailable',
  message: 'down',
  retryDelay: undefined,
  connected: false,
};

/** What a file takes up at least. */
export const BLOCK = 4096;

/** Runs a test with a folder for queues. */
export async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'wgotel-queue-'));
  try {
    await test(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Running {
  readonly sender: Sender;
  /** Requests that were taken, as texts. */
  readonly accepted: string[];
  readonly log: string[];
  /** What the sender waited, in milliseconds; no time passes. */
  readonly delays: number[];
}

/** A sender with a queue on disk, to a server that answers as it is told. */
export function startSender(
  path: string,
  answer: () => Outcome | Promise<Outcome> = () => SENT,
  options: Partial<FileQueueOptions> = {},
): Running {
  const [accepted, log, delays]: [string[], string[], number[]] = [[], [], []];
  let aborted: Promise<Outcome> | undefined;
  const transport: Transport = {
    ...UNUSED,
    send: async ({ bytes }, signal) => {
      await turn();
      aborted ??= untilAborted(signal).then(() => UNCONNECTED);
      const outcome = await Promise.race([answer(), aborted]);
      if (outcome.kind === 'sent') accepted.push(bytes.toString());
      return outcome;
    },
  };
  const logger = new Logger({ stream: { write: (line: string) => log.push(line) } });
  const queue = new FileQueue({ path, limit: 64 * 1024 * 1024, fsync: false, ...options });
  const sender = new Sender(transport, logger, {
    queue,
    random: () => 0.5,
    sleep: async (millis, signal) => {
      if (millis === DEADLINE) return untilAborted(signal);
      delays.push(millis);
      return turn();
    },
  });
  return { sender, accepted, log, delays };
}

/** An answer that never comes. */
export const hang = (): Promise<Outcome> => new Promise(() => undefined);
