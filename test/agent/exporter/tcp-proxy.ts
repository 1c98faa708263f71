import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between a client and a port of loopback, counts, and can spoil the connections there are. */
export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #clients = new Set<Socket>();
  /** Bytes from clients. */
  sent = 0;
  /** Connections made by clients. */
  connections = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(target: number): Promise<TcpProxy> {
    const server = createServer({ allowHalfOpen: true });
    const proxy = new TcpProxy(server);
    server.on('connection', (client) => proxy.#join(client, connect(target, '127.0.0.1')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Nothing gets through the connections there are now, and nobody is told. */
  blackhole(): void {
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  /** Nothing more comes from the server, and what clients send gets nowhere. */
  halfClose(): void {
    for (const socket of this.#sockets) socket.unpipe().resume();
    for (const client of this.#clients) client.end();
  }

  /** Breaks the connections there are. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(client: Socket, server: Socket): void {
    this.connections++;
    this.#clients.add(client);
    client.on('data', (data) => (this.sent += data.length));
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.pipe(server).pipe(client);
  }
}
