import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAgent } from '../support/agent.js';
import { startProcess, until, type RunningProcess } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';

export interface FleetOptions {
  readonly hosts: number;
  /** Of each host. */
  readonly peers: number;
  /** Between two scrapes, in milliseconds. */
  readonly interval: number;
  /** Where agents send to. */
  readonly grpcPort: number;
  /** More keys of the receiver. Default: none. */
  readonly receiver?: object;
  /** Waits until the next agent may start, given how many there are. Default: at once. */
  readonly pace?: (agents: number) => Promise<unknown>;
}

/** What an agent says of its points at its end. */
export interface Account {
  readonly enqueued: { readonly items: number };
  readonly sent: { readonly items: number; readonly requests: number };
  readonly dropped: Readonly<Record<string, unknown>>;
}

/** Real agents, as many as there are hosts, each with a simulated device of its own. */
export class Fleet {
  readonly #folder: string;
  readonly #devices: RunningProcess;
  /** By name of the host. */
  readonly agents = new Map<string, RunningProcess>();

  private constructor(folder: string, devices: RunningProcess) {
    this.#folder = folder;
    this.#devices = devices;
  }

  static async start({ hosts, peers, interval, grpcPort, receiver, pace }: FleetOptions): Promise<Fleet> {
    const folder = await mkdtemp(join(tmpdir(), 'wgotel-fleet-'));
    const program = repositoryPath('build/test/fleet/devices.js');
    const devices = startProcess(process.execPath, [program, folder, String(hosts), String(peers)]);
    const fleet = new Fleet(folder, devices);
    try {
      const isThere = (): boolean => devices.output().includes('listening');
      await until('the devices are there', isThere, { process: devices, timeoutMs: 120_000 });
      for (let index = 0; index < hosts; index++) {
        const config = join(folder, `${index}.json`);
        await writeFile(config, JSON.stringify(configOf(index, folder, interval, receiver)));
        fleet.agents.set(hostName(index), startAgent(grpcPort, ['--config', config]));
        await pace?.(index + 1);
      }
    } catch (error) {
      await fleet.stop();
      throw error;
    }
    return fleet;
  }

  /** Ends the agents in good order, and returns their accounts of metrics. Each has a few seconds to send the rest, which is
   *  too little for all at once on a machine with much else to do. */
  async end(): Promise<Map<string, Account>> {
    for (const agent of this.agents.values()) await agent.stop();
    return new Map([...this.agents].map(([host, agent]) => [host, accountOf(host, agent)]));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.agents.values(), this.#devices].map((each) => each.stop()));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function hostName(index: number): string {
  return `host-${index}`;
}

function configOf(index: number, directory: string, interval: number, more: object | undefined): object {
  const include = { interfaces: [`wg${index}`], match_type: 'strict' };
  const schedule = { initial_delay: 0, collection_interval: `${interval}ms` };
  const resource = { 'host.name': hostName(index), 'service.instance.id': hostName(index) };
  // No extension listens, so that no two agents are in each other's way.
  const service = { extensions: [], telemetry: { resource, logs: { encoding: 'json' } } };
  // As in otel-config/gateway/wgotel.yaml.
  const exporters = { otlp_grpc: { timeout: '50s' } };
  return { exporters, receivers: { wireguard: { source: 'uapi', directory, include, ...schedule, ...more } }, service };
}

function accountOf(host: string, agent: RunningProcess): Account {
  const last = agent.output().trim().split('\n').at(-1) ?? '';
  assert.match(last, /wgotel has ended/, `${host}: ${last}`);
  return (JSON.parse(last) as { otlp_grpc: { metrics: Account } }).otlp_grpc.metrics;
}
