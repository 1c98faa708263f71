import { z } from 'zod';
import type { OtlpGrpcConfig, OtlpHttpConfig } from '../configuration.js';
import { parseEndpoint, parseHttpEndpoint, ENDPOINT_FORM, HTTP_ENDPOINT_FORM } from '../endpoint.js';
import { headerProblem } from '../headers.js';
import { ALWAYS, duration, text } from './scalars.js';

const tls = z.strictObject({
  insecure: z.boolean().optional().describe('Plain text. Default: by the scheme of the endpoint, else false.'),
  insecure_skip_verify: z.boolean().default(false).describe('Take any certificate of the server.'),
  ca_file: text.optional().describe('PEM file of who may have signed the certificate of the server.'),
  cert_file: text.optional().describe('PEM file of our certificate.'),
  key_file: text.optional().describe('PEM file of its key.'),
  server_name_override: text.optional().describe('The name in the certificate of the server.'),
  min_version: z.enum(['1.2', '1.3']).default('1.2'),
});

const retryOnFailure = z.strictObject({
  enabled: z.boolean().default(true),
  initial_interval: duration(1).default(1000),
  max_interval: duration(1).default(30_000),
  multiplier: z.number().min(1).default(1.5),
  randomization_factor: z.number().min(0).max(1).default(0.2),
  max_elapsed_time: duration(0).default(0).describe('After which a request is given up; 0: never.'),
});

const QUEUE_LIMIT = 64 * 1024 * 1024;

const sendingQueue = z.strictObject({
  enabled: z.literal(true).optional(),
  sizer: z.literal('bytes').default('bytes'),
  queue_size: z.int().min(1).default(QUEUE_LIMIT).describe('Bytes that wait in memory before the oldest request goes.'),
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

const common = {
  compression: z.enum(['gzip', 'none', '']).default('gzip'),
  timeout: duration(1).default(10_000).describe('For one attempt.'),
  headers: headers.describe('Sent with each request; a value may be ${env:NAME} or ${file:PATH}.'),
  header_files: headerFiles.describe('Headers whose values are in files, which are read again when they change.'),
  proxy_url: z
    .union([z.literal(''), z.string().regex(/^https?:\/\/[^\s/]+\/?$/, 'expected http://HOST:PORT')])
    .default('')
    .describe('Proxy to go through. The environment names none.'),
  tls: tls.prefault({}),
  retry_on_failure: retryOnFailure.prefault({}),
  sending_queue: sendingQueue.prefault({}),
};

const commonObject = z.strictObject(common);
type Common = z.output<typeof commonObject>;

function toBase(given: Common, secure: boolean): Omit<OtlpGrpcConfig, 'type' | 'target'> {
  const { tls: t, retry_on_failure: retry, sending_queue: queue } = given;
  return {
    headers: given.headers,
    headerFiles: given.header_files,
    compression: given.compression === 'gzip' ? 'gzip' : 'none',
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
      enabled: retry.enabled,
      initialInterval: retry.initial_interval,
      maxInterval: Math.max(retry.max_interval, retry.initial_interval),
      multiplier: retry.multiplier,
      randomizationFactor: retry.randomization_factor,
      maxElapsedTime: retry.max_elapsed_time,
    },
    queue: { limit: queue.queue_size },
  };
}

type Context = Pick<z.core.$RefinementCtx, 'addIssue'>;

function checkPair({ tls: pair }: Common, context: Context): void {
  const { cert_file: certificate, key_file: key } = pair ?? {};
  if ((certificate === undefined) === (key === undefined)) return;
  const missing = certificate === undefined ? 'cert_file' : 'key_file';
  context.addIssue({
    code: 'custom',
    path: ['tls'],
    message: `cert_file and key_file go together: ${missing} is missing`,
  });
}

/** The section of an exporter over gRPC. */
export const otlpGrpc: z.ZodType<OtlpGrpcConfig> = z
  .strictObject({ endpoint: text.describe(`Where requests go: ${ENDPOINT_FORM}.`), ...common })
  .superRefine(checkPair, ALWAYS)
  .transform((given, context): OtlpGrpcConfig => {
    const endpoint = parseEndpoint(given.endpoint, given.tls.insecure ?? false);
    if (endpoint === undefined) {
      context.addIssue({ code: 'custom', path: ['endpoint'], message: `expected ${ENDPOINT_FORM}` });
      return z.NEVER;
    }
    return { type: 'otlp_grpc', target: endpoint.target, ...toBase(given, endpoint.secure) };
  });

/** The section of an exporter over HTTP. */
export const otlpHttp: z.ZodType<OtlpHttpConfig> = z
  .strictObject({
    endpoint: text.optional().describe('Where requests go; /v1/metrics is added.'),
    metrics_endpoint: text.optional().describe('The full address for metrics, in place of endpoint.'),
    encoding: z.enum(['proto', 'json']).default('proto'),
    ...common,
  })
  .superRefine(checkPair, ALWAYS)
  .transform((given, context): OtlpHttpConfig => {
    const { endpoint, metrics_endpoint: full } = given;
    const key = full === undefined ? 'endpoint' : 'metrics_endpoint';
    const url =
      full === undefined
        ? endpoint && parseHttpEndpoint(`${endpoint.replace(/\/+$/, '')}/v1/metrics`)
        : parseHttpEndpoint(full);
    if (!url) {
      context.addIssue({ code: 'custom', path: [key], message: `expected ${HTTP_ENDPOINT_FORM}` });
      return z.NEVER;
    }
    return {
      type: 'otlp_http',
      metricsUrl: url,
      encoding: given.encoding,
      ...toBase(given, url.startsWith('https:')),
    };
  });
