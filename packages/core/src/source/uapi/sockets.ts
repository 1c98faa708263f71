import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WireGuardError } from '../../errors.js';

/** Where wireguard-go puts its sockets; `/var/run` is a link to `/run`. */
export const UAPI_DIRECTORY = '/var/run/wireguard';

export interface UapiSocket {
  readonly device: string;
  readonly path: string;
  /** When the socket was bound, in milliseconds since the epoch. Its file is not written to afterwards. */
  readonly boundAt: number;
  /** Differs for a socket that was removed and bound again. */
  readonly incarnation: string;
}

/** Finds the devices that have a socket, `<device>.sock`, in a folder. No folder means no userspace device.
 *
 *  @throws {WireGuardError} `PERMISSION_DENIED` if the folder may not be read */
export async function findSockets(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw asWireGuardError(error, directory, undefined);
  });
  return names
    .filter((name) => name.endsWith('.sock'))
    .map((name) => name.slice(0, -'.sock'.length))
    .toSorted();
}

/** Looks one device's socket up. `undefined`: there is none.
 *
 *  @throws {WireGuardError} `PERMISSION_DENIED` if the folder may not be searched */
export async function statSocket(directory: string, device: string): Promise<UapiSocket | undefined> {
  const path = join(directory, `${device}.sock`);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw asWireGuardError(error, path, device);
  });
  if (found === undefined || !found.isSocket()) return undefined;
  return { device, path, boundAt: Math.floor(found.mtimeMs), incarnation: `${found.ino}@${found.mtimeMs}` };
}

/** Says what an error of the operating system means for a socket or its folder, and what to do. */
export function asWireGuardError(
  error: NodeJS.ErrnoException,
  path: string,
  device: string | undefined,
): WireGuardError {
  const facts = { device, cause: error };
  switch (error.code) {
    case 'EACCES':
    case 'EPERM':
      return new WireGuardError(
        'PERMISSION_DENIED',
        `no permission for ${path}: run as root, with CAP_DAC_OVERRIDE, or give this user access to it with setfacl`,
        facts,
      );
    case 'ENOENT':
      return new WireGuardError('DEVICE_NOT_FOUND', `${path} is gone: the device was removed`, facts);
    case 'ECONNREFUSED':
      return new WireGuardError(
        'CONNECTION_FAILED',
        `nobody listens at ${path}: its program has died; start the device again or remove the file`,
        facts,
      );
    default:
      return new WireGuardError('CONNECTION_FAILED', `reading ${path} failed: ${error.code ?? error.message}`, facts);
  }
}
