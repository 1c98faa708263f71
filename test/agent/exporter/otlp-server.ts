import { Server, ServerCredentials, type Metadata, type StatusObject } from '@grpc/grpc-js';

/** What the server does with a request: answer with a message, with a status, or not at all. */
export type Answer = Buffer | Partial<StatusObject> | 'hang';

/** An empty `ExportMetricsServiceResponse`. */
export const OK = Buffer.alloc(0);

export interface Received {
  readonly bytes: Buffer;
  readonly metadata: Metadata;
}

export interface OtlpServerOptions {
  /** Default: any that is free. */
  readonly port?: number;
  readonly credentials?: ServerCredentials;
}

/** A real gRPC server on loopback that takes metrics and answers as it is told. */
export class OtlpServer {
  readonly received: readonly Received[];
  readonly port: number;
  readonly #server: Server;

  private constructor(server: Server, port: number, received: readonly Received[]) {
    this.#server = server;
    this.port = port;
    this.received = received;
  }

  /** @param answer told how many requests came before */
  static async start(
    answer: (index: number) => Answer | Promise<Answer> = () => OK,
    { port = 0, credentials = ServerCredentials.createInsecure() }: OtlpServerOptions = {},
  ): Promise<OtlpServer> {
    const server = new Server();
    const received: Received[] = [];
    const asIs = (bytes: Buffer): Buffer => bytes;
    const path = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';
    const method = {
      path,
      requestStream: false,
      responseStream: false,
      requestDeserialize: asIs,
      requestSerialize: asIs,
      responseDeserialize: asIs,
      responseSerialize: asIs,
    };
    server.addService(
      { Export: method },
      {
        Export: ({ request, metadata }: { request: Buffer; metadata: Metadata }, callback: Callback): void => {
          const index = received.push({ bytes: request, metadata }) - 1;
          void Promise.resolve(answer(index)).then((given) => {
            if (given === 'hang') return;
            if (Buffer.isBuffer(given)) callback(null, given);
            else callback(given);
          });
        },
      },
    );
    const bound = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${port}`, credentials, (error, number) => (error ? reject(error) : resolve(number)));
    });
    return new OtlpServer(server, bound, received);
  }

  get texts(): string[] {
    return this.received.map(({ bytes }) => bytes.toString());
  }

  stop(): void {
    this.#server.forceShutdown();
  }
}

type Callback = (error: Partial<StatusObject> | null, response?: Buffer) => void;
