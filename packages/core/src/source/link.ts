import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the kernel says of a network interface to anybody who asks. */
export interface Link {
  readonly up: boolean;
  readonly index: number;
  /** Whether kernel WireGuard made it. */
  readonly wireguard: boolean;
}

const IFF_UP = 1;

/** Looks an interface up under `/sys/class/net`: no disk is behind it, so to hand the work to another thread would only
 *  cost time. `undefined`: not there, as for a simulated device or one in another network namespace. */
export function readLink(name: string): Link | undefined {
  const read = (file: string): string => readFileSync(join('/sys/class/net', name, file), 'latin1');
  try {
    return {
      up: (Number(read('flags')) & IFF_UP) !== 0,
      index: Number(read('ifindex')),
      wireguard: read('uevent').includes('DEVTYPE=wireguard'),
    };
  } catch {
    return undefined;
  }
}

/** When the kernel booted, in milliseconds since the epoch: no counter of a kernel device is older.
 *  Source: `btime` in /proc/stat. `undefined`: there is no such file. */
export async function bootTime(): Promise<number | undefined> {
  const stat = await readFile('/proc/stat', 'latin1').catch(() => '');
  const seconds = /^btime (\d+)$/m.exec(stat)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
