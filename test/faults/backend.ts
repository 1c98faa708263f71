import type { OutgoingHttpHeaders } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { HttpServer } from '../agent/exporter/http-server.js';
import { OK, OtlpServer, type Answer, type OtlpServerOptions } from '../agent/exporter/otlp-server.js';

/** What an exporter is configured with beside its endpoint: short pauses, so that an outage of some attempts takes a second or
 *  two. */
export const QUICK = { timeout: '5s', retry_on_failure: { initial_interval: '50ms', max_interval: '300ms' } };

/** Somebody whom metrics are sent to, and who gets into trouble. */
export class Backend<Trouble> {
  /** The exporter that sends to it. */
  readonly exporter: string;
  readonly section: { readonly endpoint: string; readonly [key: string]: unknown };
  readonly port: number;
  /** What is said instead of taking requests. `undefined`: they are taken. */
  trouble: Trouble | undefined;
  /** How long it thinks before it answers, in milliseconds. */
  slowness = 0;
  /** When requests with metrics came, whatever became of them, in milliseconds. */
  readonly attempts: number[] = [];
  /** Those that were taken. */
  readonly taken: Buffer[] = [];
  /** Requests with log records that were taken. */
  readonly logs: Buffer[] = [];
  readonly stop: () => void;

  constructor(exporter: string, server: { readonly port: number; stop(): void }) {
    this.exporter = exporter;
    this.port = server.port;
    this.section = { endpoint: `http://127.0.0.1:${server.port}`, ...QUICK };
    this.stop = () => server.stop();
  }
}

export type GrpcBackend = Backend<Answer>;

/** One that speaks OTLP/gRPC. */
export async function grpcBackend(options: OtlpServerOptions = {}): Promise<GrpcBackend> {
  const server = await OtlpServer.start(async (index, signal) => {
    const answer = backend.trouble ?? OK;
    if (signal === 'metrics') backend.attempts.push(performance.now());
    const taken = { metrics: backend.taken, logs: backend.logs, traces: [] as Buffer[] };
    if (answer === OK) taken[signal].push(server.receivedOf(signal)[index]!.bytes);
    await delay(backend.slowness);
    return answer;
  }, options);
  const backend: GrpcBackend = new Backend('otlp_grpc', server);
  return backend;
}

/** An answer of a server over HTTP. */
export interface HttpTrouble {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  /** The connection is closed in the middle of the answer. */
  readonly cut?: boolean;
}

/** One that speaks OTLP/HTTP. */
export async function httpBackend(): Promise<Backend<HttpTrouble>> {
  const server = await HttpServer.start((response, index) => {
    backend.attempts.push(performance.now());
    const { trouble } = backend;
    if (trouble === undefined) {
      backend.taken.push(server.received[index]!.body);
      return;
    }
    const { status, headers = {}, body = '', cut = false } = trouble;
    if (!cut) response.writeHead(status, headers).end(body);
    else response.writeHead(status, { 'content-length': 100 }).write('half', () => response.destroy());
    return true;
  });
  const backend = new Backend<HttpTrouble>('otlp_http', server);
  return backend;
}
