import { jaegerPath } from './jaeger-binary.js';
import { freePort, isListening, startProcess, until } from './process.js';
import { repositoryPath } from './repository.js';

/** A trace in the answers of Jaeger's query API, as far as tests look at it. */
export interface JaegerTrace {
  readonly traceID: string;
  readonly spans: readonly JaegerSpan[];
}

export interface JaegerSpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName: string;
  /** Microseconds since the epoch. */
  readonly startTime: number;
  /** Microseconds. */
  readonly duration: number;
  readonly references: readonly { readonly refType: string; readonly traceID: string; readonly spanID: string }[];
  readonly tags: readonly JaegerTag[];
  readonly logs: readonly { readonly fields: readonly JaegerTag[] }[];
}

export interface JaegerTag {
  readonly key: string;
  readonly value: unknown;
}

/** A real Jaeger with its storage in memory, on loopback. */
export interface RunningJaeger {
  readonly grpcPort: number;
  /** Asks the API that the search page uses for traces; `tags` is JSON. */
  search(query: Readonly<Record<string, string>>): Promise<JaegerTrace[]>;
  /** Returns a trace; undefined if there is none. */
  trace(traceId: string): Promise<JaegerTrace | undefined>;
  /** Returns the page that is served, into which the UI's configuration is written. */
  page(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts the Jaeger that `npm run jaeger` has built, with otel-config/jaeger-ui.json; throws if it ends. */
export async function startJaeger(uiConfig = repositoryPath('otel-config/jaeger-ui.json')): Promise<RunningJaeger> {
  const binary = jaegerPath();
  if (binary === undefined) throw new Error('no Jaeger binary: run `npm run jaeger`');
  const [grpcPort, httpPort, queryGrpcPort] = [await freePort(), await freePort(), await freePort()];
  const config = configuration(grpcPort, httpPort, queryGrpcPort, uiConfig);
  const jaeger = startProcess(binary, [`--config=yaml:${JSON.stringify(config)}`]);
  try {
    const ready = async (): Promise<boolean> => (await isListening(httpPort)) && isListening(grpcPort);
    await until('Jaeger accepts OTLP and queries', ready, { process: jaeger, timeoutMs: 30_000 });
  } catch (error) {
    await jaeger.stop();
    throw error;
  }
  const url = `http://127.0.0.1:${httpPort}`;
  return {
    grpcPort,
    search: async (query) => {
      const response = await fetch(`${url}/api/traces?${new URLSearchParams(query).toString()}`);
      if (!response.ok) throw new Error(`Jaeger answers ${response.status}: ${await response.text()}`);
      return ((await response.json()) as { data: JaegerTrace[] }).data;
    },
    trace: async (traceId) => {
      const response = await fetch(`${url}/api/traces/${traceId}`);
      return response.ok ? ((await response.json()) as { data: JaegerTrace[] }).data[0] : undefined;
    },
    page: async () => (await fetch(url)).text(),
    stop: () => jaeger.stop(),
  };
}

function configuration(grpcPort: number, httpPort: number, queryGrpcPort: number, uiConfig: string): object {
  const at = (port: number): { endpoint: string } => ({ endpoint: `127.0.0.1:${port}` });
  return {
    extensions: {
      jaeger_storage: { backends: { memory: { memory: { max_traces: 1000 } } } },
      jaeger_query: {
        storage: { traces: 'memory' },
        ui: { config_file: uiConfig },
        http: at(httpPort),
        grpc: at(queryGrpcPort),
      },
    },
    receivers: { otlp: { protocols: { grpc: at(grpcPort) } } },
    exporters: { jaeger_storage_exporter: { trace_storage: 'memory' } },
    service: {
      extensions: ['jaeger_storage', 'jaeger_query'],
      pipelines: { traces: { receivers: ['otlp'], exporters: ['jaeger_storage_exporter'] } },
      telemetry: { metrics: { level: 'none' } },
    },
  };
}
