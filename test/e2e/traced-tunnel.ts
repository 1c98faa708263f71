import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAgentFeed } from '@wgotel/core/tracing';
import { startCollector, type RunningCollector } from '../support/collector.js';
import { exportedSpans, type ExportedSpan } from '../support/exported-events.js';
import { startProcess, until, type RunningProcess } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';
import { openTunnel, type Tunnel } from '../support/tunnel.js';
import type { TunnelEnd } from '../support/tunnel-end.js';

const CLI = repositoryPath('packages/agent/dist/cli.js');
const OTEL = repositoryPath('build/examples/otel.js');

/** What the agent at each end calls the other end. */
export const PEER_NAMES = { a: 'branch', b: 'headquarters' } as const;

/** A tunnel with an agent at each end that gives names, and a Collector in the namespace of b, which a reaches beside
 *  the tunnel. */
export class TracedTunnel {
  readonly tunnel: Tunnel;
  readonly #folder: string;
  readonly #collector: RunningCollector;
  readonly #processes: RunningProcess[] = [];

  private constructor(tunnel: Tunnel, folder: string, collector: RunningCollector) {
    this.tunnel = tunnel;
    this.#folder = folder;
    this.#collector = collector;
  }

  static async open(): Promise<TracedTunnel> {
    const tunnel = await openTunnel();
    const folder = await mkdtemp(join(tmpdir(), 'wgotel-traced-'));
    const opened = new TracedTunnel(tunnel, folder, await startCollector({ namespace: tunnel.b.namespace }));
    try {
      await tunnel.ping(1);
      await Promise.all([
        opened.#startAgent(tunnel.a, tunnel.b.publicKey, PEER_NAMES.a),
        opened.#startAgent(tunnel.b, tunnel.a.publicKey, PEER_NAMES.b),
      ]);
    } catch (error) {
      await opened.close();
      throw error;
    }
    return opened;
  }

  /** Starts a service of the examples at one end and waits until it listens. */
  async startService(end: TunnelEnd, example: string, ...args: readonly string[]): Promise<RunningProcess> {
    const main = repositoryPath(`build/examples/${example}.js`);
    const env = { OTEL_SERVICE_NAME: example, WGOTEL_STATE_SOCKET: this.#socketOf(end), ...this.#endpoint };
    const service = this.#start(end, ['--import', OTEL, main, ...args], env);
    await until(`${example} listens`, () => service.output().includes('listening'), { process: service });
    return service;
  }

  /** All spans that have arrived. */
  async spans(): Promise<ExportedSpan[]> {
    return exportedSpans(await this.#collector.exported());
  }

  /** Ends the sessions by removing the peers, and waits until the span of each has arrived. */
  async endSessions(): Promise<void> {
    await Promise.all([this.tunnel.a.removePeer(), this.tunnel.b.removePeer()]);
    await until(
      'the sessions are over',
      async () => (await this.spans()).filter(({ name }) => name === 'wireguard.session').length >= 2,
      { timeoutMs: 30_000 },
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#processes.map((each) => each.stop()));
    await this.#collector.stop();
    await this.tunnel.close();
    await rm(this.#folder, { recursive: true });
  }

  get #endpoint(): Record<string, string> {
    return { OTEL_EXPORTER_OTLP_ENDPOINT: `http://192.0.2.2:${this.#collector.grpcPort}` };
  }

  #socketOf({ interface: device }: TunnelEnd): string {
    return join(this.#folder, `${device}.sock`);
  }

  /** Starts the agent of an end and waits until it tells which session goes on. */
  async #startAgent(end: TunnelEnd, peer: string, name: string): Promise<void> {
    const path = this.#socketOf(end);
    const config = join(this.#folder, `${end.interface}.yaml`);
    const receiver = {
      include: { interfaces: [end.interface] },
      names: { peers: { [peer]: name } },
      initial_delay: 0,
      collection_interval: '1s',
    };
    const settings = {
      receivers: { wireguard: receiver },
      extensions: { state_socket: { path } },
      service: { extensions: ['state_socket'] },
    };
    await writeFile(config, JSON.stringify(settings), { mode: 0o600 });
    const agent = this.#start(end, [CLI, 'run', '--config', config], this.#endpoint);
    const feed = createAgentFeed({ path });
    try {
      const told = (): boolean => feed.current()[0]?.session !== undefined;
      await until('the agent tells of a session', told, { process: agent, timeoutMs: 30_000 });
    } finally {
      feed.close();
    }
  }

  #start({ namespace }: TunnelEnd, args: readonly string[], env: Readonly<Record<string, string>>): RunningProcess {
    const started = startProcess('ip', ['netns', 'exec', namespace, process.execPath, ...args], { env });
    this.#processes.push(started);
    return started;
  }
}
