import { request, type IncomingMessage } from 'node:http';
import { WireGuardError } from '../../errors.js';

/** Asks the agent for its tunnels and gives what it says as it comes, until the agent ends it. Does not keep the process
 *  alive.
 *
 *  @throws {WireGuardError} `PERMISSION_DENIED`, `SOURCE_UNAVAILABLE` or `CONNECTION_FAILED`, with what to do */
export async function* readTunnels(path: string, signal: AbortSignal): AsyncGenerator<Buffer, void> {
  try {
    const response = await ask(path, signal);
    if (response.statusCode !== 200) {
      response.destroy();
      throw new WireGuardError('CONNECTION_FAILED', `the answer is HTTP ${response.statusCode}`);
    }
    for await (const chunk of response) yield chunk as Buffer;
  } catch (error) {
    throw said(error as NodeJS.ErrnoException);
  }
}

function ask(path: string, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ socketPath: path, path: '/v1/tunnels', headers: { host: 'localhost' }, agent: false, signal })
      .on('socket', (socket) => socket.unref())
      .on('response', resolve)
      .on('error', reject)
      .end();
  });
}

function said(error: NodeJS.ErrnoException): Error {
  switch (error.code) {
    case 'EACCES':
    case 'EPERM':
      return new WireGuardError(
        'PERMISSION_DENIED',
        'the socket may not be opened: add the user of this process to its group',
        { cause: error },
      );
    case 'ENOENT':
    case 'ECONNREFUSED':
      return new WireGuardError(
        'SOURCE_UNAVAILABLE',
        'nobody answers: is the agent running (`wgotel run`), with the extension state_socket?',
        { cause: error },
      );
    default:
      if (error instanceof WireGuardError) return error;
      return new WireGuardError('CONNECTION_FAILED', error.message, { cause: error });
  }
}
