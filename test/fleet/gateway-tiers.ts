import { writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { startCollector, type RunningCollector } from '../support/collector.js';
import { fullCollectorPath } from '../support/full-collector-binary.js';
import type { OtlpRequest } from '../support/otlp-json.js';
import { freePort } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';

const NAME = 'gateways.test';

/** Loopback has more than one address, so both gateways have the same port, as `dns` of a balancer wants it. */
const ADDRESSES = ['127.0.0.2', '127.0.0.3'] as const;

/** Where gateways write to. */
export interface Backends {
  readonly remoteWrite: string;
  readonly tempo: string;
  readonly kafka: string;
}

type Config = Record<string, Record<string, unknown>> & {
  readonly service: { readonly pipelines: Readonly<Record<string, { readonly exporters: string[] }>> };
};

/** A file of otel-config/gateway. */
export async function gatewayFile(name: string): Promise<Config> {
  return parse(await readFile(repositoryPath(`otel-config/gateway/${name}.yaml`), 'utf8')) as Config;
}

/** A gateway without Kafka and Tempo. */
export async function startMetricsGateway(
  remoteWrite: string,
  flags: readonly string[] = [],
): Promise<RunningCollector> {
  const { exporters, service, ...rest } = await gatewayFile('gateway');
  const write = 'prometheus_remote_write';
  const metrics = { ...service.pipelines['metrics'], exporters: [write] };
  const config = { ...rest, exporters: { [write]: exporters![write] }, service: { pipelines: { metrics } } };
  return startCollector({ binary: fullCollectorPath(), config, flags, env: { REMOTE_WRITE_ENDPOINT: remoteWrite } });
}

/** The Collectors of otel-config/gateway on loopback: a balancer, and two gateways that can be stopped and started again. */
export class GatewayTiers {
  readonly #folder: string;
  readonly #port: number;
  readonly #backends: Backends;
  /** By index, those that run. */
  readonly #gateways = new Map<number, RunningCollector>();
  /** What gateways that are gone have taken. */
  readonly #taken: OtlpRequest[][] = [[], []];
  #balancer: RunningCollector | undefined;

  private constructor(folder: string, port: number, backends: Backends) {
    this.#folder = folder;
    this.#port = port;
    this.#backends = backends;
  }

  static async start(backends: Backends): Promise<GatewayTiers> {
    const folder = await mkdtemp(join(tmpdir(), 'wgotel-gateways-'));
    const tiers = new GatewayTiers(folder, await freePort(), backends);
    try {
      await Promise.all([tiers.startGateway(0), tiers.startGateway(1)]);
      tiers.#balancer = await tiers.#startBalancer();
    } catch (error) {
      await tiers.stop();
      throw error;
    }
    return tiers;
  }

  get balancer(): RunningCollector {
    return this.#balancer!;
  }

  /** Starts a gateway with what it had stored, and has the name lead to it. */
  async startGateway(index: number): Promise<void> {
    const config = await gatewayFile('gateway');
    // Only to see what goes through it.
    config.service.pipelines['metrics']!.exporters.push('file');
    const { remoteWrite, tempo, kafka } = this.#backends;
    const env = {
      REMOTE_WRITE_ENDPOINT: remoteWrite,
      TEMPO_ENDPOINT: tempo,
      KAFKA_BROKER: kafka,
      GATEWAY_STORAGE: join(this.#folder, String(index)),
    };
    const place = { host: ADDRESSES[index]!, grpcPort: this.#port };
    this.#gateways.set(index, await startCollector({ binary: fullCollectorPath(), config, env, ...place }));
    this.#writeHosts();
  }

  /** Kills a gateway, and then takes it from the name, as whoever notices does. */
  async killGateway(index: number): Promise<void> {
    const gateway = this.#gateways.get(index)!;
    process.kill(gateway.pid, 'SIGKILL');
    await gateway.stop();
    this.#taken[index]!.push(...(await gateway.exported()));
    this.#gateways.delete(index);
    this.#writeHosts();
  }

  /** What a gateway has taken so far. */
  async taken(index: number): Promise<OtlpRequest[]> {
    return [...this.#taken[index]!, ...((await this.#gateways.get(index)?.exported()) ?? [])];
  }

  async stop(): Promise<void> {
    await this.#balancer?.stop();
    await Promise.all([...this.#gateways.values()].map((gateway) => gateway.stop()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #startBalancer(): Promise<RunningCollector> {
    const config = await gatewayFile('balancer');
    const receiver = config['receivers']!['otlp'] as { protocols: { grpc: object } };
    // Connections end all the time instead of every ten minutes.
    const keepalive = { server_parameters: { max_connection_age: '2s', max_connection_age_grace: '1m' } };
    receiver.protocols.grpc = { ...receiver.protocols.grpc, keepalive };
    const env = { GATEWAYS_NAME: NAME, GATEWAYS_PORT: String(this.#port) };
    return startCollector({ config, env, hosts: this.#hosts });
  }

  get #hosts(): string {
    return join(this.#folder, 'hosts');
  }

  #writeHosts(): void {
    const there = ADDRESSES.filter((_, index) => this.#gateways.has(index));
    const lines = ['127.0.0.1 localhost', ...there.map((address) => `${address} ${NAME}`)];
    // The same file as before: another one would not be the one that is mounted.
    writeFileSync(this.#hosts, lines.map((line) => `${line}\n`).join(''), { mode: 0o644 });
  }
}
