import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveUapi, type UapiServer } from '@wgotel/simulator';
import { startCli, type AgentProcess } from '../agent/run/agent-process.js';
import { toReply, type TestDevice } from '../core/source/device-text.js';
import { testDevice } from '../core/source/reading.js';
import { until } from './process.js';

/** As many scrapes as ten minutes have at the default interval of 15 s: what matters is their number, not how long it takes. */
export const TEN_MINUTES = 40;

/** What is looked at of a point, wherever it was received. */
export interface SeenPoint {
  readonly metric: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Of one form in a test. */
  readonly time: number | bigint;
  readonly value: number;
}

/** An agent with queues on disk that is killed and started again while its server comes and goes. Its device counts scrapes:
 *  the bytes received of its peer are the number of the scrape, so what has arrived tells which scrapes have. */
export class Outage {
  readonly folder: string;
  /** How many scrapes have read the device. */
  scrapes = 0;
  /** Numbers of the scrapes that were the last ones before a kill, and may have been under way. */
  readonly #underWay = new Set<number>();
  #device: UapiServer | undefined;
  #agent: AgentProcess | undefined;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @param port where the agent is to send to. `undefined`: `write` says it */
  static async begin(port?: number): Promise<Outage> {
    const outage = new Outage(mkdtempSync(join(tmpdir(), 'wgotel-outage-')));
    const { folder } = outage;
    outage.#device = await serveUapi(join(folder, 'wg0.sock'), () => toReply(deviceAt(++outage.scrapes)));
    if (port !== undefined) outage.configure(port);
    return outage;
  }

  /** Says where the agent is to send to.
   *
   *  @param more keys of the exporter */
  configure(port: number, more = 'sending_queue: { storage: file_storage }'): void {
    const { folder } = this;
    this
      .write(`receivers: { wireguard: { source: uapi, directory: ${folder}, initial_delay: 0s, collection_interval: 200ms } }
exporters:
  otlp_grpc: { endpoint: "http://127.0.0.1:${port}", timeout: 10s, ${more} }
extensions: { file_storage: { directory: ${join(folder, 'state')} } }
service: { extensions: [file_storage], telemetry: { metrics: { level: none } } }
`);
  }

  /** Sets the whole configuration, which has its queue below `state` in the folder. */
  write(config: string): void {
    writeFileSync(join(this.folder, 'config.yaml'), config, { mode: 0o600 });
  }

  /** Files that wait, of all signals. */
  get files(): string[] {
    return ['metrics', 'logs', 'traces'].flatMap((signal) => {
      const path = join(this.folder, 'state', 'queue', 'otlp_grpc', signal);
      return existsSync(path) ? readdirSync(path).map((name) => join(path, name)) : [];
    });
  }

  /** @param env what the configuration refers to */
  start(env: Readonly<Record<string, string>> = {}): void {
    this.#agent = startCli(['run', '--config', join(this.folder, 'config.yaml')], env);
  }

  /** Has the agent read what was configured, and waits until it has said what came of it. */
  async reload(said: RegExp): Promise<void> {
    const before = this.log.length;
    this.#agent!.child.kill('SIGHUP');
    await until('it has reloaded', () => said.test(this.log.slice(before)));
  }

  /** Waits until the device was scraped that many times more. */
  async scraped(times: number): Promise<void> {
    const enough = this.scrapes + times;
    await until('the device is scraped', () => this.scrapes >= enough);
  }

  async kill(): Promise<void> {
    this.#agent!.child.kill('SIGKILL');
    await this.#agent!.ended;
    this.#underWay.add(this.scrapes);
  }

  /** Ends the agent in good order. */
  async end(): Promise<void> {
    this.#agent!.child.kill('SIGTERM');
    assert.deepEqual(await this.#agent!.ended, [0, null], this.#agent!.output.err);
  }

  /** What the agent has written since it was started last. */
  get log(): string {
    return this.#agent!.output.err;
  }

  async close(): Promise<void> {
    this.#agent?.child.kill('SIGKILL');
    await this.#device?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Which scrapes are not among what has arrived, but for those that were under way at a kill. */
  missing(requests: readonly (readonly SeenPoint[])[]): number[] {
    const arrived = new Set(
      requests
        .flat()
        .filter(isReceived)
        .map(({ value }) => value),
    );
    const all = Array.from({ length: this.scrapes }, (_, index) => index + 1);
    return all.filter((number) => !arrived.has(number) && !this.#underWay.has(number));
  }

  /** Checks what has arrived, with repetitions taken out: every scrape but one under way at a kill, each once, in order.
   *
   *  @param requests the points of each, in the order they came */
  assertComplete(requests: readonly (readonly SeenPoint[])[]): void {
    const points = requests.flat();
    const numbers = points.filter(isReceived).map(({ value }) => value);
    assert.deepEqual(this.missing(requests), [], 'scrapes are missing');
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].toSorted((a, b) => a - b),
      'scrapes came twice, or out of order',
    );
    const latest = new Map<string, number | bigint>();
    for (const { metric, attributes, time } of points) {
      const series = JSON.stringify([metric, Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
      assert.ok(time >= (latest.get(series) ?? 0), `time went back: ${series}`);
      latest.set(series, time);
    }
  }
}

/** The device as a scrape finds it. */
export function deviceAt(scrape: number): TestDevice {
  return testDevice('wg0', [{ name: 'alice', secret: true, receiveBytes: scrape, endpoint: '192.0.2.1:1' }]);
}

function isReceived({ metric, attributes }: SeenPoint): boolean {
  return metric === 'wireguard.peer.io' && attributes['network.io.direction'] === 'receive';
}

/** Takes repetitions out of what has arrived, and returns them. Only what is the same byte for byte is a repetition. */
export function withoutRepetitions(arrived: readonly string[]): { once: string[]; repeated: string[] } {
  const seen = new Set<string>();
  const repeated = arrived.filter((each) => seen.has(each) || !seen.add(each));
  return { once: [...seen], repeated };
}
