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

/** Looks an interface up under `/sys/class/net`. `undefined`: not there, as for a simulated device or one in another
 *  network namespace. */
export async function readLink(name: string): Promise<Link | undefined> {
  const read = (file: string): Promise<string> => readFile(join('/sys/class/net', name, file), 'latin1');
  try {
    const [flags, index, uevent] = await Promise.all([read('flags'), read('ifindex'), read('uevent')]);
    return {
      up: (Number(flags) & IFF_UP) !== 0,
      index: Number(index),
      wireguard: uevent.includes('DEVTYPE=wireguard'),
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
