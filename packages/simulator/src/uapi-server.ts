import { once } from 'node:events';
import { lstat, link, rename, rm } from 'node:fs/promises';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { UapiFault } from './faults.js';
import { afterwards, distort } from './faults.js';

/** The whole answer to a `get=1`, its `errno=0` line included; asked for anew at each request if a function. */
export type UapiReply = Buffer | (() => Buffer | Iterable<Buffer>);

/** A listening UAPI socket. */
export interface UapiServer {
  /** Ends all connections and removes the socket file. */
  close(): Promise<void>;
}

const GET = 'get=1\n\n';

/**
 * Serves answers to `get=1` on a Unix socket, several on a connection if asked for; any other operation closes the
 * connection (https://www.wireguard.com/xplatform/). A socket file at `path` that nobody listens on is replaced.
 * `faults`, if a function, is asked at each request; `refuse` is looked for when the socket is bound.
 *
 * @throws if somebody listens at `path`, or it can't be bound.
 */
export async function serveUapi(
  path: string,
  reply: UapiReply,
  faults?: UapiFault | (() => UapiFault | undefined),
): Promise<UapiServer> {
  await removeStaleSocket(path);
  const currentFault = typeof faults === 'function' ? faults : () => faults;
  const connections = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    void converse(socket, reply, currentFault);
  });
  server.listen(path);
  await once(server, 'listening');
  if (currentFault()?.type === 'refuse') {
    await abandon(server, path);
    return { close: () => rm(path, { force: true }) };
  }
  return {
    async close() {
      for (const socket of connections) socket.destroy();
      await closeServer(server);
    },
  };
}

async function converse(socket: Socket, reply: UapiReply, fault: () => UapiFault | undefined): Promise<void> {
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  // A client may leave at any time; that ends the conversation and is no failure of ours. A write may fail before the
  // connection is closed.
  socket.on('error', () => gone.abort());
  try {
    for await (const operation of operations(socket)) {
      if (operation !== 'get') break;
      const current = fault();
      for await (const slice of distort(slicesOf(reply), current)) await write(socket, slice, gone.signal);
      const next = afterwards(current);
      if (next === 'close') break;
      if (next === 'halfClose') socket.end();
    }
    socket.end(() => socket.destroy());
  } catch (error) {
    socket.destroy();
    if (!gone.signal.aborted) throw error;
  }
}

async function* operations(socket: Socket): AsyncGenerator<'get' | 'unknown'> {
  let pending = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    pending += (chunk as Buffer).toString('latin1');
    while (pending.startsWith(GET)) {
      pending = pending.slice(GET.length);
      yield 'get';
    }
    if (!GET.startsWith(pending)) yield 'unknown';
  }
}

function slicesOf(reply: UapiReply): Iterable<Buffer> {
  const current = typeof reply === 'function' ? reply() : reply;
  return Buffer.isBuffer(current) ? [current] : current;
}

/** Writes and gives the event loop back, until the client has taken the bytes if they are many. */
async function write(socket: Socket, bytes: Buffer, signal: AbortSignal): Promise<void> {
  if (socket.write(bytes)) await setImmediate(undefined, { signal });
  else await once(socket, 'drain', { signal });
}

/** Stops listening but leaves the socket file, as a killed process does. */
async function abandon(server: Server, path: string): Promise<void> {
  const kept = `${path}.kept`;
  await link(path, kept);
  await closeServer(server);
  await rename(kept, path);
}

async function closeServer(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

async function removeStaleSocket(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  if (!stats?.isSocket()) return;
  if (await isServed(path)) throw new Error(`somebody listens on ${path}: stop that process or choose another path`);
  await rm(path);
}

async function isServed(path: string): Promise<boolean> {
  const socket = connect(path);
  const served = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return served;
}
