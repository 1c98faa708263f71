import type { OutgoingHttpHeaders } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { HttpServer } from '../agent/exporter/http-server.js';
import { OK, OtlpServer, type Answer, type OtlpServerOptions } from '../agent/exporter/otlp-server.js';
import { decodeMetrics } from '../support/otlp.js';

/** What an exporter is configured with beside its endpoint: short times, so that an outage of some attempts takes a second or
 *  two. */
export const QUICK = { timeout: '1s', retry_on_failure: { initial_interval: '50ms', max_interval: '300ms' } };

/** Somebody whom metrics are sent to, and who gets into trouble. */
export interface Backend<Trouble> {
  /** The exporter that sends to it. */
  readonly exporter: string;
  readonly section: { readonly endpoint: string; readonly [key: string]: unknown };
  readonly port: number;
  /** What is said instead of taking requests. `undefined`: they are taken. */
  trouble: Trouble | undefined;
  /** How long it thinks before it answers, in milliseconds. */
  slowness: number;
  /** When requests came, whatever became of them, in milliseconds. */
  readonly attempts: readonly number[];
  /** Those that were taken. */
  readonly taken: readonly Buffer[];
  stop(): void;
}

/** One that speaks OTLP/gRPC. */
export async function grpcBackend(options: OtlpServerOptions = {}): Promise<Backend<Answer>> {
  const [taken, attempts]: [Buffer[], number[]] = [[], []];
  const server = await OtlpServer.start(async (index) => {
    attempts.push(performance.now());
    const answer = backend.trouble ?? OK;
    if (answer === OK) taken.push(server.received[index]!.bytes);
    await delay(backend.slowness);
    return answer;
  }, options);
  const backend: Backend<Answer> = {
    exporter: 'otlp_grpc',
    section: { endpoint: `http://127.0.0.1:${server.port}`, ...QUICK },
    port: server.port,
    trouble: undefined,
    slowness: 0,
    attempts,
    taken,
    stop: () => server.stop(),
  };
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
  const [taken, attempts]: [Buffer[], number[]] = [[], []];
  const server = await HttpServer.start((response, index) => {
    attempts.push(performance.now());
    const { trouble } = backend;
    if (trouble === undefined) {
      taken.push(server.received[index]!.body);
      return;
    }
    const { status, headers = {}, body = '', cut = false } = trouble;
    if (!cut) response.writeHead(status, headers).end(body);
    else response.writeHead(status, { 'content-length': 100 }).write('half', () => response.destroy());
    return true;
  });
  const backend: Backend<HttpTrouble> = {
    exporter: 'otlp_http',
    section: { endpoint: `http://127.0.0.1:${server.port}`, ...QUICK },
    port: server.port,
    trouble: undefined,
    slowness: 0,
    attempts,
    taken,
    stop: () => server.stop(),
  };
  return backend;
}

/** The scrapes that requests are of: times of a device's state, each once, in order of arrival. */
export function scrapesIn(requests: readonly Buffer[], device = 'wg0'): string[] {
  const points = requests.flatMap(decodeMetrics).filter(({ metric }) => metric === 'wireguard.peer.count');
  const times = points.filter(({ attributes }) => Object.values(attributes).includes(device)).map(({ time }) => time);
  return [...new Set(times)];
}
