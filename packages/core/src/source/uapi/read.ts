import { askOver } from '../socket-answer.js';
import type { UapiParser } from './parse.js';
import { asWireGuardError, type UapiSocket } from './sockets.js';

/** Asks a device for its state over its socket.
 *
 *  @throws {WireGuardError} `PERMISSION_DENIED`, `DEVICE_NOT_FOUND`, `CONNECTION_FAILED`, `PROTOCOL`, `TIMEOUT`,
 *  `READ_FAILED` */
export async function readUapi(
  { device, path }: UapiSocket,
  parser: UapiParser,
  signal: AbortSignal,
  now: number,
): Promise<ReturnType<UapiParser['end']>> {
  parser.begin(now);
  const explain = (error: NodeJS.ErrnoException): ReturnType<typeof asWireGuardError> =>
    asWireGuardError(error, path, device);
  await askOver({ path, request: 'get=1\n\n', parser, signal, device, explain });
  return parser.end();
}
