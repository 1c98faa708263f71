import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { TroubleLog } from '../../trouble-log.js';
import type { ClientAuth } from './web-config/schema.js';
import type { Access } from './web-config/web-access.js';

/** Who has not said by then what it wants is cut off, in milliseconds. */
const PATIENCE = 5000;

const MOST_CONNECTIONS = 256;

const OPTIONS = {
  requestTimeout: PATIENCE,
  headersTimeout: PATIENCE,
  keepAliveTimeout: PATIENCE,
  // Otherwise Node looks every 30 s.
  connectionsCheckingInterval: 1000,
};

/** What can't be changed about a server that listens. */
export type ServerKind = 'plain' | 'tls' | 'mutual tls';

export function kindOf(access: Access | undefined): ServerKind {
  if (access?.tls === undefined) return 'plain';
  return access.tls.clientAuth === 'NoClientCert' ? 'tls' : 'mutual tls';
}

/** Begins to listen. Rejects with the error of the system if it can't. */
export async function listenAt(
  { host, port }: { readonly host: string; readonly port: number },
  access: () => Access | undefined,
  listener: RequestListener,
  troubles: TroubleLog,
): Promise<Server> {
  const server = access()?.tls === undefined ? createServer(OPTIONS, listener) : tlsServer(access, listener, troubles);
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    if (host === '') server.listen(port, resolve);
    else server.listen(port, host, resolve);
  });
  // What a connection may do wrong is no reason to end.
  server.on('error', () => undefined);
  return server.unref();
}

/** Closes a server and all that is connected to it. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

function tlsServer(access: () => Access | undefined, listener: RequestListener, troubles: TroubleLog): Server {
  const { context, clientAuth } = access()!.tls!;
  const options = {
    ...OPTIONS,
    ...context,
    handshakeTimeout: PATIENCE,
    requestCert: clientAuth !== 'NoClientCert',
    rejectUnauthorized: false,
  };
  const server = createTlsServer(options, listener);
  server.prependListener('secureConnection', (socket) => {
    const why = refusalOf(socket, access()?.tls?.clientAuth ?? clientAuth);
    if (why === undefined) return;
    troubles.seen('certificate', 'somebody was refused: wrong certificate', { from: socket.remoteAddress, why });
    socket.destroy();
  });
  server.on('tlsClientError', ({ message, code }: NodeJS.ErrnoException, socket) => {
    troubles.seen('tls', 'a connection was refused', { from: socket.remoteAddress, why: code ?? message });
  });
  return server;
}

/** Why a client's certificate does not do. `undefined`: it does. */
function refusalOf(socket: TLSSocket, clientAuth: ClientAuth): string | undefined {
  const isGiven = Object.keys(socket.getPeerCertificate()).length > 0;
  const isRequired = clientAuth.startsWith('Require');
  if (!isGiven) return isRequired ? 'there is none' : undefined;
  return clientAuth.includes('Verify') && !socket.authorized ? String(socket.authorizationError) : undefined;
}
