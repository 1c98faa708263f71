import { z } from 'zod';
import { SERVICES } from '../../otlp/services.js';
import type { Signal } from '../../signal.js';
import type { OtlpGrpcConfig, OtlpHttpConfig } from '../configuration.js';
import { ENDPOINT_FORM, HTTP_ENDPOINT_FORM, parseEndpoint, parseHttpEndpoint } from '../endpoint.js';
import { checkPair, COMMON, toBase } from './exporter.js';
import { ALWAYS, text } from './scalars.js';

const compression = z.enum(['gzip', 'none', '']).default('gzip');

/** The section of an exporter over gRPC. */
export const otlpGrpc: z.ZodType<OtlpGrpcConfig> = z
  .strictObject({ endpoint: text.describe(`Where requests go: ${ENDPOINT_FORM}.`), compression, ...COMMON })
  .superRefine(checkPair, ALWAYS)
  .transform((given, context): OtlpGrpcConfig => {
    const endpoint = parseEndpoint(given.endpoint, given.tls.insecure ?? false);
    if (endpoint === undefined) {
      context.addIssue({ code: 'custom', path: ['endpoint'], message: `expected ${ENDPOINT_FORM}` });
      return z.NEVER;
    }
    return {
      type: 'otlp_grpc',
      target: endpoint.target,
      compression: given.compression === 'gzip' ? 'gzip' : 'none',
      ...toBase(given, endpoint.secure),
    };
  });

const OWN_ENDPOINTS = ['metrics_endpoint', 'logs_endpoint', 'traces_endpoint'] as const;

/** The section of an exporter over HTTP, as far as it is about one signal. `undefined`: it has no address for it. */
export function otlpHttp(signal: Signal): z.ZodType<OtlpHttpConfig | undefined> {
  const own = text.optional();
  return z
    .strictObject({
      endpoint: text.optional().describe('Where requests go; /v1/metrics, /v1/logs or /v1/traces is added.'),
      metrics_endpoint: own.describe('The full address for metrics, in place of endpoint.'),
      logs_endpoint: own.describe('The full address for logs, in place of endpoint.'),
      traces_endpoint: own.describe('The full address for traces, in place of endpoint.'),
      encoding: z.enum(['proto', 'json']).default('proto'),
      compression,
      ...COMMON,
    })
    .superRefine(checkPair, ALWAYS)
    .transform((given, context): OtlpHttpConfig | undefined => {
      const { endpoint, [`${signal}_endpoint` as const]: full } = given;
      if (endpoint === undefined && full === undefined && OWN_ENDPOINTS.some((key) => given[key] !== undefined)) {
        return undefined;
      }
      const url = parseHttpEndpoint(full ?? `${(endpoint ?? '').replace(/\/+$/, '')}${SERVICES[signal].path}`);
      if (url === undefined) {
        const key = full === undefined ? 'endpoint' : `${signal}_endpoint`;
        context.addIssue({ code: 'custom', path: [key], message: `expected ${HTTP_ENDPOINT_FORM}` });
        return z.NEVER;
      }
      return {
        type: 'otlp_http',
        url,
        encoding: given.encoding,
        compression: given.compression === 'gzip' ? 'gzip' : 'none',
        ...toBase(given, url.startsWith('https:')),
      };
    });
}
