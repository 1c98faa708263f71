import {
  Logger,
  OtlpGrpcTransport,
  Sender,
  type EncodedRequest,
  RETRY,
  type OtlpGrpcConfig,
  type SenderOptions,
  type TlsConfig,
} from '@wgotel/agent';
import { OtlpServer, type Answer } from './otlp-server.js';

/** A request whose bytes are a text: the server under test does not look inside. */
export function request(text: string, items = 1, release: () => void = () => undefined): EncodedRequest {
  return { bytes: Buffer.from(text), items, release };
}

/** Lets some time pass for whatever is waiting to be run. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export interface Setup {
  readonly sender: Sender;
  readonly server: OtlpServer;
  /** What the sender waited, in milliseconds; no time passes. */
  readonly delays: number[];
  readonly log: string[];
}

export function otlpConfig(port: number, more: Partial<OtlpGrpcConfig> = {}): OtlpGrpcConfig {
  return { type: 'otlp_grpc', target: `127.0.0.1:${port}`, ...COMMON, ...more };
}

export const PLAIN: TlsConfig = {
  insecure: true,
  insecureSkipVerify: false,
  caFile: undefined,
  certFile: undefined,
  keyFile: undefined,
  serverName: undefined,
  minVersion: 'TLSv1.2',
};

/** What exporters are configured to do if nobody says otherwise, over plain text. */
export const COMMON = {
  headers: {},
  headerFiles: {},
  compression: 'gzip',
  timeout: 5000,
  proxyUrl: undefined,
  tls: PLAIN,
  retry: RETRY,
  queue: { limit: 64 * 1024 * 1024, storage: undefined, fsync: false },
} as const;

/** Runs a test with a sender and a real server, and ends both. */
export async function withServer(
  answer: (index: number) => Answer | Promise<Answer>,
  test: (setup: Setup) => Promise<void>,
  { config = {}, options = {} }: { config?: Partial<OtlpGrpcConfig>; options?: SenderOptions } = {},
): Promise<void> {
  const server = await OtlpServer.start(answer);
  const delays: number[] = [];
  const log: string[] = [];
  const sleep = async (millis: number, signal: AbortSignal): Promise<void> => {
    if (millis === DEADLINE) return untilAborted(signal);
    delays.push(millis);
    await turn();
  };
  const logger = new Logger({ stream: { write: (line: string) => log.push(line) } });
  const sender = new Sender(new OtlpGrpcTransport(otlpConfig(server.port, config), 'metrics'), logger, {
    sleep,
    random: () => 0.5,
    ...options,
  });
  try {
    await test({ sender, server, delays, log });
  } finally {
    server.stop();
    await sender.shutdown(0);
  }
}

/** What a transport made for a test has beside `send`. */
export const UNUSED = {
  endpoint: 'http://h:1',
  problem: undefined,
  prepare: async (): Promise<undefined> => undefined,
  close: (): void => undefined,
} as const;

/** A time to shut down in that never is over. */
export const DEADLINE = 123_456;

export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });
}
