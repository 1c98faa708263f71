import { closeSync, constants, openSync } from 'node:fs';
import { WireGuardError } from '../../errors.js';
import type { Namespace } from '../namespace.js';
import { NetlinkError } from './errno.js';
import type { Libc } from './libc.js';

const CLONE_NEWNET = 0x40000000;

/** Does something in a network namespace that does not wait for anything.
 *
 *  @throws {WireGuardError} `SOURCE_UNAVAILABLE`, `PERMISSION_DENIED`, or whatever `act` throws */
export function within<T>(libc: Libc, { name, path }: Namespace, act: () => T): T {
  if (path === undefined) return act();
  try {
    return inside(libc, path, act);
  } catch (error) {
    throw ofNamespace(error, name!);
  }
}

/** Does something while this thread is in another network namespace. Nothing else can run on it meanwhile, as nothing here
 *  waits, and threads are not made by it either. */
function inside<T>(libc: Libc, path: string, act: () => T): T {
  const opened: number[] = [];
  const open = (file: string): number => {
    // What is no namespace might wait for somebody to write into it.
    const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    opened.push(fd);
    return fd;
  };
  const enter = (fd: number): void => {
    if (libc.setns(fd, CLONE_NEWNET) === -1) throw new NetlinkError(libc.errno());
  };
  try {
    const [home, there] = [open('/proc/thread-self/ns/net'), open(path)];
    // Who could not come back must not leave.
    enter(home);
    enter(there);
    try {
      return act();
    } finally {
      // Everything this process sends from now on would go another way than anybody knows of.
      if (libc.setns(home, CLONE_NEWNET) === -1) process.abort();
    }
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}

/** Says what an error means for a namespace that was to be entered. */
function ofNamespace(error: unknown, name: string): unknown {
  if (error instanceof WireGuardError) return error;
  const { code = (error as Error).message } = error as NodeJS.ErrnoException;
  if (code === 'EPERM' || code === 'EACCES') {
    return new WireGuardError(
      'PERMISSION_DENIED',
      `no permission to enter the network namespace ${name}: run as root, or with CAP_SYS_ADMIN (pid:N: CAP_SYS_PTRACE too)`,
      { cause: error },
    );
  }
  return new WireGuardError('SOURCE_UNAVAILABLE', `the network namespace ${name} can't be entered: ${code}`, {
    cause: error,
  });
}
