import { Server, ServerCredentials, type Metadata, type StatusObject } from '@grpc/grpc-js';

/** What the server does with a request: answer with a message, with a status, or not at all. */
export type Answer = Buffer | Partial<StatusObject> | 'hang';

/** The services by signal, as they are called on the wire. */
const SERVICES = {
  metrics: 'metrics.v1.MetricsService',
  logs: 'logs.v1.LogsService',
  traces: 'trace.v1.TraceService',
} as const;

export type Signal = keyof typeof SERVICES;

/** An empty response, of any signal. */
export const OK = Buffer.alloc(0);

export interface Received {
  readonly bytes: Buffer;
  readonly metadata: Metadata;
}

export interface OtlpServerOptions {
  /** Default: any that is free. */
  readonly port?: number;
  readonly credentials?: ServerCredentials;
  /** What else it takes beside metrics. Default: all. */
  readonly signals?: readonly Signal[];
}

/** A real gRPC server on loopback that takes OTLP and answers as it is told. */
export class OtlpServer {
  readonly #received: Readonly<Record<Signal, readonly Received[]>>;
  readonly port: number;
  readonly #server: Server;

  private constructor(server: Server, port: number, received: Readonly<Record<Signal, readonly Received[]>>) {
    this.#server = server;
    this.port = port;
    this.#received = received;
  }

  /** @param answer told how many requests of the signal came before */
  static async start(
    answer: (index: number, signal: Signal) => Answer | Promise<Answer> = () => OK,
    {
      port = 0,
      credentials = ServerCredentials.createInsecure(),
      signals = ['logs', 'traces'],
    }: OtlpServerOptions = {},
  ): Promise<OtlpServer> {
    const server = new Server();
    const received: Record<Signal, Received[]> = { metrics: [], logs: [], traces: [] };
    const asIs = (bytes: Buffer): Buffer => bytes;
    for (const signal of ['metrics', ...signals] as const) {
      const method = {
        path: `/opentelemetry.proto.collector.${SERVICES[signal]}/Export`,
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
            const index = received[signal].push({ bytes: request, metadata }) - 1;
            void Promise.resolve(answer(index, signal)).then((given) => {
              if (given === 'hang') return;
              if (Buffer.isBuffer(given)) callback(null, given);
              else callback(given);
            });
          },
        },
      );
    }
    const bound = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${port}`, credentials, (error, number) => (error ? reject(error) : resolve(number)));
    });
    return new OtlpServer(server, bound, received);
  }

  /** Metrics. */
  get received(): readonly Received[] {
    return this.#received.metrics;
  }

  receivedOf(signal: Signal): readonly Received[] {
    return this.#received[signal];
  }

  get texts(): string[] {
    return this.received.map(({ bytes }) => bytes.toString());
  }

  stop(): void {
    this.#server.forceShutdown();
  }
}

type Callback = (error: Partial<StatusObject> | null, response?: Buffer) => void;
