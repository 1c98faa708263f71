import { z } from 'zod';
import type { InfluxDbConfig } from '../configuration.js';
import { HTTP_ENDPOINT_FORM, parseHttpEndpoint } from '../endpoint.js';
import { headerProblem } from '../headers.js';
import { checkPair, COMMON, toBase } from './exporter.js';
import { ALWAYS, text } from './scalars.js';

const v1 = z.strictObject({
  enabled: z.boolean().default(false).describe('Write to InfluxDB 1.x, to db in place of org and bucket.'),
  db: text.optional().describe('The database.'),
  username: z.string().default(''),
  password: z.string().default(''),
});

const sendable = z.string().refine((value) => headerProblem('authorization', value) === undefined, {
  error: 'has characters that can not be sent',
});

/** The section of an exporter to InfluxDB, by the names of the Collector's. */
export const influxDb: z.ZodType<InfluxDbConfig> = z
  .strictObject({
    endpoint: text.describe(`Where lines are written: ${HTTP_ENDPOINT_FORM}. Without a path it is InfluxDB's own.`),
    org: text.optional().describe('The organization that has the bucket.'),
    bucket: text.optional().describe('Where lines are kept. Needed unless v1_compatibility is enabled.'),
    token: sendable.default('').describe('Sent as authorization; a value may be ${env:NAME} or ${file:PATH}.'),
    v1_compatibility: v1.prefault({}),
    compression: z.enum(['gzip', 'none', '']).default('gzip'),
    ...COMMON,
  })
  .superRefine(checkPair, ALWAYS)
  .transform((given, context): InfluxDbConfig => {
    const { endpoint, org, bucket, token, v1_compatibility: old } = given;
    const refuse = (message: string, ...path: string[]): never => {
      context.addIssue({ code: 'custom', path, message });
      return z.NEVER;
    };
    const url = parseHttpEndpoint(endpoint);
    if (url === undefined) return refuse(`expected ${HTTP_ENDPOINT_FORM}`, 'endpoint');
    if (old.enabled && old.db === undefined) return refuse('is missing: expected a text', 'v1_compatibility', 'db');
    if (!old.enabled && bucket === undefined) return refuse('is missing: expected a text', 'bucket');
    const address = new URL(url);
    if (address.pathname === '/') address.pathname = old.enabled ? '/write' : '/api/v2/write';
    const target = old.enabled ? { db: old.db! } : { ...(org !== undefined && { org }), bucket: bucket! };
    address.search = new URLSearchParams({ ...target, precision: 'ns' }).toString();
    const { headers, ...base } = toBase(given, url.startsWith('https:'));
    const user = old.enabled && old.username !== '' && `Basic ${base64(`${old.username}:${old.password}`)}`;
    const authorization = user || (token !== '' && `Token ${token}`);
    return {
      type: 'influxdb',
      url: address.href,
      compression: given.compression === 'gzip' ? 'gzip' : 'none',
      ...base,
      headers: authorization ? { ...headers, authorization } : headers,
    };
  });

function base64(value: string): string {
  return Buffer.from(value).toString('base64');
}
