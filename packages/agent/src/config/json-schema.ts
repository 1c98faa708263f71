import { z } from 'zod';
import { grafanaLive } from './schema/grafana-live.js';
import { influxDb } from './schema/influxdb.js';
import { otlpGrpc, otlpHttp } from './schema/otlp.js';
import { prometheus, textfile } from './schema/prometheus.js';
import { receiver } from './schema/receiver.js';
import { fileStorage, health, pipeline, stateSocket, telemetry } from './schema/service.js';
import { webhook } from './schema/webhook.js';

/** Describes the configuration file as JSON Schema (draft 2020-12). What stands in `${…}` is not known to it. */
export function configurationSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration of wgotel',
    type: 'object',
    additionalProperties: false,
    properties: {
      receivers: byId({ wireguard: receiver }),
      exporters: byId({
        otlp_grpc: otlpGrpc,
        otlp_http: otlpHttp('metrics'),
        influxdb: influxDb,
        grafana_live: grafanaLive,
        webhook,
        prometheus,
        textfile,
      }),
      extensions: {
        type: ['object', 'null'],
        additionalProperties: false,
        properties: { health: orNothing(health), state_socket: orNothing(stateSocket) },
        patternProperties: { '^file_storage(/[\\w.-]+)?$': orNothing(fileStorage) },
      },
      service: {
        type: 'object',
        additionalProperties: false,
        properties: {
          extensions: {
            type: 'array',
            items: { pattern: '^(health|state_socket|file_storage(/[\\w.-]+)?)$' },
          },
          telemetry: orNothing(telemetry),
          pipelines: byId({ metrics: pipeline, logs: pipeline, traces: pipeline }),
        },
      },
    },
  };
}

/** A map whose keys are `TYPE` or `TYPE/NAME`. */
function byId(schemas: Readonly<Record<string, z.ZodType>>): object {
  const patterns = Object.entries(schemas).map(([type, schema]) => [`^${type}(/[\\w.-]+)?$`, orNothing(schema)]);
  return { type: 'object', additionalProperties: false, patternProperties: Object.fromEntries(patterns) as object };
}

/** A key without a value means the defaults. */
function orNothing(schema: z.ZodType): object {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return { anyOf: [described, { type: 'null' }] };
}
