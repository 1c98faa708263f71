import { z } from 'zod';
import { LOG_LEVELS } from '../../log.js';
import type { HealthConfig, PipelineConfig, StateSocketConfig, TelemetryConfig } from '../configuration.js';
import { LONGEST_PATH } from '../../socket-file.js';
import { text, texts } from './scalars.js';

/** `HOST:PORT`. */
const ADDRESS = /^(\[[0-9a-f:.]+\]|[\w.-]+):(\d{1,5})$/i;

/** The section of the extension `health`. */
export const health: z.ZodType<HealthConfig> = z
  .strictObject({
    endpoint: z
      .string()
      .regex(ADDRESS, 'expected HOST:PORT')
      .default('127.0.0.1:9587')
      .describe('Where /-/healthy, /-/ready and /-/status are answered.'),
  })
  .prefault({})
  .transform(({ endpoint }): HealthConfig => {
    const [, host = '', port] = ADDRESS.exec(endpoint) ?? [];
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port), explicit: true };
  });

export interface FileStorage {
  readonly directory: string;
  readonly fsync: boolean;
}

/** The section of an extension `file_storage`. */
export const fileStorage: z.ZodType<FileStorage> = z
  .strictObject({
    directory: text
      .startsWith('/', 'expected an absolute path')
      .default('/var/lib/wgotel')
      .describe('Where state is kept that outlives the process. Made if it is not there.'),
    fsync: z.boolean().default(false).describe('Whether queues on disk outlive a crash of the machine too.'),
  })
  .prefault({});

/** The section of the extension `state_socket`. */
export const stateSocket: z.ZodType<StateSocketConfig> = z
  .strictObject({
    path: text
      .refine((path) => path.startsWith('/') && Buffer.byteLength(path) <= LONGEST_PATH, {
        error: `expected an absolute path of at most ${LONGEST_PATH} bytes`,
      })
      .default('/run/wgotel/state/wgotel.sock')
      .describe('Where /v1/tunnels is answered.'),
    group: text.optional().describe('Who may ask.'),
    mode: text
      .regex(/^0?[0-7]{3}$/, "expected octal digits in quotes, such as '0660'")
      .default('0660')
      .describe('Permission bits of the socket.'),
  })
  .prefault({})
  .transform(({ path, group, mode }): StateSocketConfig => ({
    path,
    group,
    mode: Number.parseInt(mode, 8),
    explicit: true,
  }));

export const telemetry: z.ZodType<TelemetryConfig> = z
  .strictObject({
    logs: z
      .strictObject({
        level: z
          .string()
          .toLowerCase()
          .pipe(z.enum(LOG_LEVELS, { error: `expected one of ${LOG_LEVELS.join(', ')}` }))
          .default('info'),
        encoding: z.enum(['console', 'json']).default('console'),
      })
      .prefault({}),
    metrics: z
      .strictObject({
        level: z
          .enum(['none', 'basic', 'normal', 'detailed'])
          .default('normal')
          .describe('none: no metrics of the agent itself.'),
      })
      .prefault({}),
    resource: z.record(z.string(), z.string()).default({}).describe('Attributes of the resource.'),
  })
  .prefault({})
  .transform(({ logs, metrics, resource }): TelemetryConfig => ({
    logs,
    metrics: { enabled: metrics.level !== 'none' },
    resource,
  }));

export const pipeline: z.ZodType<Omit<PipelineConfig, 'signal'>> = z.strictObject({
  receivers: texts,
  exporters: texts.default([]),
});
