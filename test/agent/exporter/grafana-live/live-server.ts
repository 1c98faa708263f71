import type { IncomingMessage } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer, type ServerOptions } from 'node:https';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

export interface Message {
  readonly text: string;
  readonly isBinary: boolean;
  /** Of the handshake. */
  readonly request: IncomingMessage;
}

/** What the server does with a message. Unless it says `stall`, pings that come after it are answered. */
export type OnMessage = (socket: WebSocket, index: number) => unknown;

/** A real WebSocket server on loopback that takes messages and does with them what it is told. */
export class LiveServer {
  readonly messages: Message[] = [];
  /** How connections ended: codes. */
  readonly ends: number[] = [];
  connections = 0;
  readonly port: number;
  readonly #server: ReturnType<typeof createServer>;
  readonly #sockets: WebSocketServer;

  private constructor(server: ReturnType<typeof createServer>, sockets: WebSocketServer) {
    this.#server = server;
    this.#sockets = sockets;
    this.port = (server.address() as AddressInfo).port;
  }

  /** @param onMessage told how many messages came before
   *  @param tls plain text without */
  static async start(onMessage: OnMessage = () => undefined, tls?: ServerOptions): Promise<LiveServer> {
    const server = tls === undefined ? createServer() : (createTlsServer(tls) as ReturnType<typeof createServer>);
    const sockets = new WebSocketServer({ server, autoPong: false });
    sockets.on('connection', (socket, request) => {
      started.connections++;
      let isStalled = false;
      socket.on('message', (data: Buffer, isBinary) => {
        const index = started.messages.push({ text: data.toString(), isBinary, request }) - 1;
        if (onMessage(socket, index) !== 'stall') return;
        isStalled = true;
        socket.pause();
      });
      socket.on('ping', (mark) => {
        if (!isStalled) socket.pong(mark);
      });
      socket.on('error', () => undefined);
      socket.on('close', (code) => started.ends.push(code));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const started = new LiveServer(server, sockets);
    return started;
  }

  /** Those that are connected now. */
  get sockets(): ReadonlySet<WebSocket> {
    return this.#sockets.clients;
  }

  /** Shows another certificate from now on, or asks for others. */
  show(tls: ServerOptions): void {
    (this.#server as unknown as TlsServer).setSecureContext(tls);
  }

  stop(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
