import { endianness } from 'node:os';
import { WireGuardError } from '../../errors.js';

/** Functions of libc that Node has no counterpart for, all of which return at once; -1 means see `errno`. */
export interface Libc {
  socket(family: number, type: number, protocol: number): number;
  connect(fd: number, address: Buffer, length: number): number;
  send(fd: number, bytes: Buffer, length: number, flags: number): number;
  recv(fd: number, bytes: Buffer, length: number, flags: number): number;
  setns(fd: number, type: number): number;
  close(fd: number): number;
  errno(): number;
}

let loading: Promise<Libc> | undefined;

/** Loads libc through the optional package koffi, once for this process.
 *
 *  @throws {WireGuardError} `SOURCE_UNAVAILABLE` */
export function loadLibc(): Promise<Libc> {
  return (loading ??= load());
}

async function load(): Promise<Libc> {
  if (process.platform !== 'linux' || endianness() !== 'LE') {
    throw new WireGuardError('SOURCE_UNAVAILABLE', 'only little-endian Linux is read this way');
  }
  try {
    const { errno, load: open } = await import('koffi');
    const libc = open(null);
    return {
      socket: libc.func('int socket(int, int, int)') as Libc['socket'],
      connect: libc.func('int connect(int, void *, unsigned int)') as Libc['connect'],
      send: libc.func('long send(int, void *, size_t, int)') as Libc['send'],
      recv: libc.func('long recv(int, void *, size_t, int)') as Libc['recv'],
      setns: libc.func('int setns(int, int)') as Libc['setns'],
      close: libc.func('int close(int)') as Libc['close'],
      errno: () => errno(),
    };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'ERR_MODULE_NOT_FOUND'
        ? 'the optional package koffi is not installed: npm install koffi'
        : `the package koffi can't be loaded here: ${message.split('\n', 1)[0]}`;
    throw new WireGuardError('SOURCE_UNAVAILABLE', why, { cause: error });
  }
}
