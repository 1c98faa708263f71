import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Finding } from './report.js';

const WHAT = 'clock';

/** Asks the system whether its clock is kept in time: ages of handshakes are compared between hosts by it. */
export async function checkClock(): Promise<Finding> {
  try {
    const options = { timeout: 5000, env: { PATH: process.env['PATH'], LC_ALL: 'C' } };
    const { stdout } = await promisify(execFile)(
      'timedatectl',
      ['show', '--property=NTPSynchronized', '--value'],
      options,
    );
    if (stdout.trim() === 'yes') return { verdict: 'ok', what: WHAT, found: 'synchronised' };
    const fix = 'run a time service such as systemd-timesyncd or chrony';
    return { verdict: 'warn', what: WHAT, found: 'not synchronised', fix };
  } catch {
    const fix = 'see that a time service, such as chrony, keeps the clock of this host';
    return { verdict: 'warn', what: WHAT, found: 'timedatectl can not be asked whether it is synchronised', fix };
  }
}
