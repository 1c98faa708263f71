import { z } from 'zod';
import type { HttpConfig } from '../configuration.js';
import { headerProblem } from '../headers.js';
import { ALWAYS, duration, text } from './scalars.js';

/** The keys of every exporter, as they are read. */
interface Common {
  timeout: number;
  headers: Record<string, string>;
  header_files: Record<string, string>;
  proxy_url: string;
  tls: Tls;
  retry_on_failure: Retry;
  sending_queue: { queue_size: number; storage?: string | undefined };
}

interface Tls {
  insecure?: boolean | undefined;
  insecure_skip_verify: boolean;
  ca_file?: string | undefined;
  cert_file?: string | undefined;
  key_file?: string | undefined;
  server_name_override?: string | undefined;
  min_version: '1.2' | '1.3';
}

interface Retry {
  enabled: boolean;
  initial_interval: number;
  max_interval: number;
  multiplier: number;
  randomization_factor: number;
  max_elapsed_time: number;
}

const tls = z.strictObject({
  insecure: z.boolean().optional().describe('Plain text. Default: by the scheme of the endpoint, else false.'),
  insecure_skip_verify: z.boolean().default(false).describe('Take any certificate of the server.'),
  ca_file: text.optional().describe('PEM file of who may have signed the certificate of the server.'),
  cert_file: text.optional().describe('PEM file of our certificate.'),
  key_file: text.optional().describe('PEM file of its key.'),
  server_name_override: text.optional().describe('The name in the certificate of the server.'),
  min_version: z.enum(['1.2', '1.3']).default('1.2'),
});

const retry = z.strictObject({
  enabled: z.boolean().default(true),
  initial_interval: duration(1).default(1000),
  max_interval: duration(1).default(30_000),
  multiplier: z.number().min(1).default(1.5),
  randomization_factor: z.number().min(0).max(1).default(0.5),
});

/** @param maxElapsedTime the default, in milliseconds */
export function retryOnFailure(maxElapsedTime: number): z.ZodType<Retry> {
  const description = 'After which a request is given up; 0: never.';
  return retry.extend({ max_elapsed_time: duration(0).default(maxElapsedTime).describe(description) }).prefault({});
}

const QUEUE_LIMIT = 64 * 1024 * 1024;

const sendingQueue = z.strictObject({
  enabled: z.literal(true).optional(),
  sizer: z.literal('bytes').default('bytes'),
  queue_size: z
    .int()
    .min(1)
    .default(QUEUE_LIMIT)
    .describe('Bytes that wait before the oldest request goes: in memory, or with storage on disk.'),
  storage: text.optional().describe('The extension that keeps what waits on disk, such as file_storage.'),
});

/** Names of headers, each with a value, or with the file that holds it. */
function headersOf(
  schema: z.ZodType<string, string>,
  valueIn: (value: string) => string,
): z.ZodType<Record<string, string>> {
  return z.record(z.string(), schema).superRefine((given, context) => {
    for (const [name, value] of Object.entries(given)) {
      const problem = headerProblem(name, typeof value === 'string' ? valueIn(value) : '');
      if (problem !== undefined) context.addIssue({ code: 'custom', path: [name], message: problem });
    }
  }, ALWAYS);
}

const headers = headersOf(z.string(), (value) => value).default({});
const headerFiles = headersOf(text, () => '').default({});

/** The keys of every exporter. */
export const COMMON: { [Key in keyof Common]: z.ZodType<Common[Key]> } = {
  timeout: duration(1).default(10_000).describe('For one attempt.'),
  headers: headers.describe('Sent with each request; a value may be ${env:NAME} or ${file:PATH}.'),
  header_files: headerFiles.describe('Headers whose values are in files, which are read again when they change.'),
  proxy_url: z
    .union([z.literal(''), z.string().regex(/^https?:\/\/[^\s/]+\/?$/, 'expected http://HOST:PORT')])
    .default('')
    .describe('Proxy to go through. The environment names none.'),
  tls: tls.prefault({}),
  retry_on_failure: retryOnFailure(0),
  sending_queue: sendingQueue.prefault({}),
};

/** What every exporter is configured with.
 *
 *  @param given what an exporter has no key for is absent
 *  @param secure whether the endpoint is reached by TLS */
export function toBase(given: Omit<Common, 'proxy_url'> & Partial<Common>, secure: boolean): Omit<HttpConfig, 'url'> {
  const { tls: t, retry_on_failure: again, sending_queue: queue } = given;
  return {
    headers: given.headers,
    headerFiles: given.header_files,
    timeout: given.timeout,
    proxyUrl: given.proxy_url || undefined,
    tls: {
      insecure: !secure,
      insecureSkipVerify: t.insecure_skip_verify,
      caFile: t.ca_file,
      certFile: t.cert_file,
      keyFile: t.key_file,
      serverName: t.server_name_override,
      minVersion: t.min_version === '1.3' ? 'TLSv1.3' : 'TLSv1.2',
    },
    retry: {
      enabled: again.enabled,
      initialInterval: again.initial_interval,
      maxInterval: Math.max(again.max_interval, again.initial_interval),
      multiplier: again.multiplier,
      randomizationFactor: again.randomization_factor,
      maxElapsedTime: again.max_elapsed_time,
    },
    queue: { limit: queue.queue_size, storage: queue.storage, fsync: false },
  };
}

type Context = Pick<z.core.$RefinementCtx, 'addIssue'>;

/** A certificate without its key is no use, and the other way round. */
export function checkPair({ tls: pair }: Pick<Common, 'tls'>, context: Context): void {
  const { cert_file: certificate, key_file: key } = pair ?? {};
  if ((certificate === undefined) === (key === undefined)) return;
  const missing = certificate === undefined ? 'cert_file' : 'key_file';
  context.addIssue({
    code: 'custom',
    path: ['tls'],
    message: `cert_file and key_file go together: ${missing} is missing`,
  });
}
