import { fstatSync } from 'node:fs';

/** Tells whether a file descriptor leads to systemd's journal.
 *  Source: `JOURNAL_STREAM` in systemd.exec(5) */
export function leadsToJournal(fd: number, env: NodeJS.ProcessEnv = process.env): boolean {
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return env['JOURNAL_STREAM'] === `${dev}:${ino}`;
  } catch {
    return false;
  }
}
