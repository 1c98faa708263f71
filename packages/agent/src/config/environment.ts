import { SIGNALS, type Signal } from '../signal.js';
import { parseKeyValues } from './key-values.js';
import type { Problems } from './problems.js';
import type { Layer } from './layer.js';
import { setIn, type Path } from './tree.js';

const RESOURCE: Path = ['service', 'telemetry', 'resource'];

/** What the environment says of one signal. */
export interface EnvironmentLayer extends Layer {
  /** The id of the exporter that the variables are about. */
  readonly exporter: string;
  readonly hasEndpoint: boolean;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Protocols by the words of OTEL_EXPORTER_OTLP_PROTOCOL. */
const PROTOCOLS = {
  grpc: { type: 'otlp_grpc', encoding: undefined },
  'http/protobuf': { type: 'otlp_http', encoding: 'proto' },
  'http/json': { type: 'otlp_http', encoding: 'json' },
} as const;

/** What the environment says of one signal, in the shape of the file. Variables of the OTLP exporter are also taken with
 *  the signal in their name, such as `METRICS_`, which then wins; an empty one is as good as none.
 *  Source: https://opentelemetry.io/docs/specs/otel/protocol/exporter/ and
 *  https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 *
 *  @param idOf the id in the file of an exporter without a name */
export function readEnvironment(
  env: Environment,
  signal: Signal,
  idOf: (exporter: string) => string,
  problems: Problems,
): EnvironmentLayer {
  const own = signal.toUpperCase();
  const layer: Layer = { tree: {}, origins: new Map() };
  const found = (...names: string[]): string | undefined => names.find((name) => env[name]?.trim());
  const otlp = (suffix: string): string | undefined =>
    found(`OTEL_EXPORTER_OTLP_${own}_${suffix}`, `OTEL_EXPORTER_OTLP_${suffix}`);
  const put = (path: Path, option: string | undefined, parse: (text: string) => unknown = String): void => {
    if (option === undefined) return;
    setIn(layer.tree, path, parse(env[option]!.trim()));
    layer.origins.set(path.join('\0'), option);
  };

  const protocolOption = otlp('PROTOCOL');
  const protocol = protocolOption === undefined ? 'grpc' : env[protocolOption]!.trim();
  if (!Object.hasOwn(PROTOCOLS, protocol)) {
    problems.add(protocolOption!, `expected one of ${Object.keys(PROTOCOLS).join(', ')}, not '${protocol}'`);
  }
  const { type, encoding } = PROTOCOLS[protocol as keyof typeof PROTOCOLS] ?? PROTOCOLS.grpc;
  const id = idOf(type);
  const at = (...keys: string[]): Path => ['exporters', id, ...keys];

  const ownEndpoint = found(`OTEL_EXPORTER_OTLP_${own}_ENDPOINT`);
  // For HTTP the specification takes the signal's own endpoint as it is.
  if (type === 'otlp_http' && ownEndpoint !== undefined) put(at(`${signal}_endpoint`), ownEndpoint);
  else put(at('endpoint'), otlp('ENDPOINT'));
  put(at('compression'), otlp('COMPRESSION'));
  put(at('timeout'), otlp('TIMEOUT'), (text) => (/^\d+$/.test(text) ? `${text}ms` : text));
  put(at('tls', 'insecure'), otlp('INSECURE'), asBoolean);
  put(at('tls', 'ca_file'), otlp('CERTIFICATE'));
  put(at('tls', 'cert_file'), otlp('CLIENT_CERTIFICATE'));
  put(at('tls', 'key_file'), otlp('CLIENT_KEY'));
  for (const option of ['OTEL_EXPORTER_OTLP_HEADERS', `OTEL_EXPORTER_OTLP_${own}_HEADERS`]) {
    const headers = parseKeyValues(env[option] ?? '', (problem) => problems.add(option, problem));
    for (const [name, value] of Object.entries(headers)) put(at('headers', name), option, () => value);
  }
  if (encoding !== undefined && layer.origins.size > 0) put(at('encoding'), protocolOption, () => encoding);

  const attributes = 'OTEL_RESOURCE_ATTRIBUTES';
  const resource = parseKeyValues(env[attributes] ?? '', (problem) => problems.add(attributes, problem));
  for (const [name, value] of Object.entries(resource)) put([...RESOURCE, name], attributes, () => value);
  put([...RESOURCE, 'service.name'], found('OTEL_SERVICE_NAME'));
  return { ...layer, exporter: id, hasEndpoint: otlp('ENDPOINT') !== undefined };
}

/** Which signals `OTEL_METRICS_EXPORTER` and its like turn off.
 *  Source: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#exporter-selection
 *
 *  @param warn told of exporters that are not there */
export function signalsOff(env: Environment, warn: (warning: string) => void): ReadonlySet<Signal> {
  return new Set(
    SIGNALS.filter((signal) => {
      const name = `OTEL_${signal.toUpperCase()}_EXPORTER`;
      const value = env[name]?.trim() ?? '';
      if (!['', 'otlp', 'none'].includes(value)) warn(`${name}: not used, as only otlp and none are known here`);
      return value === 'none';
    }),
  );
}

function asBoolean(text: string): unknown {
  return { true: true, false: false }[text.toLowerCase()] ?? text;
}
