import { subscribe, unsubscribe, type ChannelListener } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Hosts } from './hosts.js';

/** What undici publishes, and the `fetch` of Node that is made of it. */
interface Connected {
  readonly connectParams?: { readonly hostname?: unknown };
  readonly socket?: Socket | null;
}

/** Learns from this process's connections which host is at which address, which addresses are spoken to, and over which
 *  socket an HTTP request came, by Node's diagnostics channels: nothing is patched. */
export class Connections {
  readonly #hosts: Hosts;
  readonly #onConnection: (remoteAddress: string) => void;
  readonly #channels: readonly (readonly [name: string, listener: ChannelListener])[];
  /** Of the HTTP/1 request that came in last: its span is started in the same breath. */
  #accepted: Socket | undefined;

  /** @param onConnection called with each connection, before a span of it can end */
  constructor(hosts: Hosts, onConnection: (remoteAddress: string) => void) {
    this.#hosts = hosts;
    this.#onConnection = onConnection;
    this.#channels = [
      ['net.client.socket', harmless((message) => this.#connecting((message as { socket: Socket }).socket))],
      ['net.server.socket', harmless((message) => this.#open((message as { socket: Socket }).socket))],
      ['undici:client:connected', harmless((message) => this.#connected(message as Connected))],
      [
        'http.server.request.start',
        harmless((message) => this.#requested((message as { request: IncomingMessage }).request)),
      ],
    ];
    for (const [name, listener] of this.#channels) subscribe(name, listener);
  }

  /** The local address of the socket over which a request came from a remote address and port, asked in the breath
   *  in which the request came in. `undefined`: not known. */
  localAddress(remoteAddress: unknown, remotePort: unknown): string | undefined {
    const socket = this.#accepted;
    const same = socket?.remoteAddress === remoteAddress && socket?.remotePort === remotePort;
    return same ? socket?.localAddress : undefined;
  }

  close(): void {
    for (const [name, listener] of this.#channels) unsubscribe(name, listener);
    this.#accepted = undefined;
  }

  #connecting(socket: Socket): void {
    // Once for each address that is tried. A connection that fails has no other trace of where it went.
    const found = harmless((error: Error | null, address: string, _family: unknown, host: string): void => {
      if (error === null && host !== address) this.#hosts.learn(host, address);
    });
    socket.on('lookup', found);
    socket.once(
      'connect',
      harmless(() => {
        socket.off('lookup', found);
        this.#open(socket);
      }),
    );
  }

  #open({ remoteAddress }: Socket): void {
    if (remoteAddress !== undefined) this.#onConnection(remoteAddress);
  }

  #connected({ connectParams, socket }: Connected): void {
    const host = connectParams?.hostname;
    if (typeof host === 'string' && socket?.remoteAddress !== undefined) this.#hosts.learn(host, socket.remoteAddress);
  }

  #requested({ socket }: IncomingMessage): void {
    this.#accepted = socket;
    queueMicrotask(() => (this.#accepted = undefined));
  }
}

/** Whoever publishes, or has a socket, is not to be bothered. */
function harmless<T extends unknown[]>(listen: (...args: T) => void): (...args: T) => void {
  return (...args) => {
    try {
      listen(...args);
    } catch {
      // Then this is not known.
    }
  };
}
