import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { Simulator, type DeviceOptions, type SimulatedDevice } from '@wgotel/simulator';
import { startCli, type AgentProcess, type CliOptions } from '../agent/run/agent-process.js';
import { freePort } from '../support/process.js';
import { ObservedAgent } from './observed-agent.js';

/** What of the configuration a row is about; the rest is the same for all. */
export interface Setup {
  readonly receiver?: object;
  readonly exporters?: Readonly<Record<string, object>>;
  /** Beside health. */
  readonly extensions?: Readonly<Record<string, object>>;
  /** Default: metrics alone, so that there is one request a scrape. */
  readonly signals?: readonly string[];
  /** Default: there is one. */
  readonly health?: 'none';
}

/** Where a row takes place: a folder with simulated devices in it, agents that read them, and whatever else it has. */
export class Scene {
  readonly folder: string;
  readonly simulator: Simulator;
  /** Where the health of agents is told. */
  readonly health: number;
  readonly #devices: SimulatedDevice[] = [];
  readonly #agents: ObservedAgent[] = [];
  readonly #secrets: string[] = [];
  readonly #ends: (() => unknown)[] = [];

  private constructor(folder: string, health: number) {
    this.folder = folder;
    this.health = health;
    this.simulator = new Simulator({ directory: folder });
  }

  static async open(): Promise<Scene> {
    return new Scene(mkdtempSync(join(tmpdir(), 'wgfault-')), await freePort());
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Has something done when the row is over, the last first. */
  atEnd(end: () => unknown): void {
    this.#ends.push(end);
  }

  /** Hands a thing back that is stopped when the row is over. */
  using<T extends { stop(): unknown }>(thing: T): T {
    this.atEnd(() => thing.stop());
    return thing;
  }

  /** A device on a socket. Default: wg0, with 5 peers that are an hour old. */
  async device(options: Partial<DeviceOptions> = {}): Promise<SimulatedDevice> {
    const device = this.simulator.addDevice({ name: 'wg0', peers: 5, age: 3_600_000, ...options });
    this.#devices.push(device);
    await device.open();
    return device;
  }

  /** What must be seen nowhere, beside what the devices hold. */
  keepSecret(...secrets: readonly Buffer[]): void {
    for (const bytes of secrets) {
      if (bytes.some((byte) => byte !== 0)) this.#secrets.push(bytes.toString('hex'), bytes.toString('base64'));
    }
  }

  /** Writes the configuration. */
  configure({ receiver = {}, exporters = {}, extensions = {}, signals = ['metrics'], health }: Setup): void {
    const reading = { source: 'uapi', directory: this.folder, initial_delay: 0, collection_interval: '100ms' };
    const wireguard = { ...reading, ...receiver };
    const all = { ...(health !== 'none' && { health: { endpoint: `127.0.0.1:${this.health}` } }), ...extensions };
    const pipelines = Object.fromEntries(
      signals.map((signal) => [signal, { receivers: ['wireguard'], exporters: Object.keys(exporters) }]),
    );
    const service = {
      extensions: Object.keys(all),
      telemetry: { logs: { encoding: 'json' }, metrics: { level: 'none' } },
      pipelines,
    };
    const text = JSON.stringify({ receivers: { wireguard }, exporters, extensions: all, service });
    writeFileSync(this.path('config.yaml'), text, { mode: 0o600 });
  }

  /** Starts an agent with the configuration as it is. */
  start(options: CliOptions = {}): ObservedAgent {
    return this.#observe(startCli(['run', '--config', this.path('config.yaml')], {}, options));
  }

  /** Writes the configuration and starts an agent. */
  run(setup: Setup, options: CliOptions = {}): ObservedAgent {
    this.configure(setup);
    return this.start(options);
  }

  /** Starts a reader of the devices, and waits until it can be asked at a socket. Of its health nothing is told. */
  async reader(socket: string): Promise<ObservedAgent> {
    const config = this.path('reader.yaml');
    const receivers = { wireguard: { source: 'uapi', directory: this.folder } };
    const service = { telemetry: { logs: { encoding: 'json' } } };
    writeFileSync(config, JSON.stringify({ receivers, service }), { mode: 0o600 });
    const reader = this.#observe(startCli(['reader', '--config', config, '--socket', socket]));
    await reader.until('it listens', () => reader.said('wgotel reads WireGuard for those who ask') > 0);
    return reader;
  }

  #observe(process: AgentProcess): ObservedAgent {
    const agent = new ObservedAgent(process, this.health);
    this.#agents.push(agent);
    return agent;
  }

  /** Checks what holds for every fault: no agent crashed or wrote anything but its log, and no key is in that or in a file. */
  assertHarmless(): void {
    for (const device of this.#devices) {
      const reply = device.render().toString('latin1');
      for (const [, hex = ''] of reply.matchAll(/^(?:private|preshared)_key=(.*)$/gm)) {
        this.keepSecret(Buffer.from(hex, 'hex'));
      }
    }
    const texts = this.#agents.map(({ text }) => text);
    for (const name of readdirSync(this.folder, { recursive: true, encoding: 'utf8' })) {
      const isOurs = name.startsWith('state') && statSync(this.path(name)).isFile();
      if (isOurs) texts.push(readFileSync(this.path(name), 'latin1'));
    }
    for (const secret of this.#secrets) assert.ok(!texts.some((text) => text.includes(secret)), 'a key was written');
    for (const agent of this.#agents) agent.assertOrderly();
  }

  async close(): Promise<void> {
    try {
      for (const agent of this.#agents) await agent.kill();
      for (const end of this.#ends.toReversed()) await end();
    } finally {
      await this.simulator.close();
      rmSync(this.folder, { recursive: true });
    }
  }
}
