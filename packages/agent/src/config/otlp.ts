import { variable, type Environment } from './environment.js';
import { ENDPOINT_FORM, parseEndpoint } from './endpoint.js';
import { readHeaders } from './headers.js';
import { oneOf, type Problems, type Setting } from './problems.js';
import { readTlsFiles, type ReadFile, type TlsFiles } from './tls.js';

const COMPRESSIONS = ['gzip', 'none'] as const;

export interface OtlpConfig {
  /** Host and port. */
  readonly target: string;
  /** `undefined`: plain text. */
  readonly tls: TlsFiles | undefined;
  /** May hold secrets: never shown. */
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: (typeof COMPRESSIONS)[number];
  /** For one attempt, in milliseconds. */
  readonly timeout: number;
}

/** Reads the variables of the OTLP exporter; each is also taken with `METRICS_` in its name, which then wins.
 *  `undefined`: no endpoint is given.
 *  Source: https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 *
 *  @param flag an endpoint that comes before the environment's */
export function readOtlpConfig(
  flag: Setting | undefined,
  env: Environment,
  readFile: ReadFile,
  problems: Problems,
): OtlpConfig | undefined {
  const setting = (suffix: string): Setting | undefined =>
    variable(env, `OTEL_EXPORTER_OTLP_METRICS_${suffix}`) ?? variable(env, `OTEL_EXPORTER_OTLP_${suffix}`);

  problems.read(setting('PROTOCOL'), 'grpc (only grpc so far)', oneOf(['grpc']), 'grpc');
  const insecure = problems.read(setting('INSECURE'), 'true or false', oneOf(['true', 'false']), 'false') === 'true';
  const compression = problems.read(setting('COMPRESSION'), 'gzip or none', oneOf(COMPRESSIONS), 'gzip');
  const timeout = problems.read(setting('TIMEOUT'), 'whole milliseconds, 1 or more', parseMillis, 10_000);
  const headers = {
    ...readHeaders(variable(env, 'OTEL_EXPORTER_OTLP_HEADERS'), problems),
    ...readHeaders(variable(env, 'OTEL_EXPORTER_OTLP_METRICS_HEADERS'), problems),
  };
  const tls = readTlsFiles(setting, readFile, problems);

  const given = flag ?? setting('ENDPOINT');
  const endpoint = given && parseEndpoint(given.text, insecure);
  if (endpoint === undefined) {
    if (given !== undefined) problems.add(given.option, `expected ${ENDPOINT_FORM}${shown(given.text)}`);
    return undefined;
  }
  return { target: endpoint.target, tls: endpoint.secure ? tls : undefined, headers, compression, timeout };
}

/** Somebody may have put a password into an address. */
function shown(endpoint: string): string {
  return /[@?]/.test(endpoint) ? '' : `, not '${endpoint}'`;
}

function parseMillis(text: string): number | undefined {
  const millis = /^\d+$/.test(text) ? Number(text) : 0;
  return millis >= 1 && millis < 2 ** 31 ? millis : undefined;
}
