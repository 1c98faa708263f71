import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { startProcess, until, type RunningProcess } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';
import { generateKeys, openTunnel, type Tunnel } from '../support/tunnel.js';

const CLI = repositoryPath('packages/agent/dist/cli.js');

/** A real device whose page two exporters serve. Its peers: `b`, which answers, `v6`, which does not, and `quiet`, which has no endpoint. */
export class Scene {
  readonly tunnel: Tunnel;
  readonly folder = mkdtempSync(join(tmpdir(), 'wgotel-rivals-'));
  /** The peers' public keys. */
  readonly keys = new Map<string, string>();
  readonly #processes: RunningProcess[] = [];

  private constructor(tunnel: Tunnel) {
    this.tunnel = tunnel;
  }

  static async open(): Promise<Scene> {
    const scene = new Scene(await openTunnel());
    await scene.tunnel.ping(3);
    scene.keys.set('b', scene.tunnel.b.publicKey);
    await scene.addPeer('v6', ['allowed-ips', '10.97.0.3/32,fd97::3/128', 'endpoint', '[2001:db8::1]:51820']);
    await scene.addPeer('quiet', ['allowed-ips', '10.97.1.0/24']);
    return scene;
  }

  async addPeer(name: string, settings: readonly string[]): Promise<void> {
    const { publicKey } = await generateKeys();
    this.keys.set(name, publicKey);
    await this.tunnel.a.exec(['wg', 'set', this.tunnel.a.interface, 'peer', publicKey, ...settings]);
  }

  /** Writes a file that only root reads, and returns its path. */
  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  /** Starts a program in the namespace of the device. */
  start(...argv: readonly string[]): void {
    this.#processes.push(startProcess('ip', ['netns', 'exec', this.tunnel.a.namespace, ...argv]));
  }

  /**
   * Starts the agent there.
   *
   *  @param pages profiles, by the port of loopback where they are served */
  startAgent(pages: Readonly<Record<number, object>>, names: object = {}): void {
    const exporters = Object.entries(pages).map(([port, profiles]): [string, object] => [
      `prometheus/${port}`,
      { endpoint: `127.0.0.1:${port}`, profiles },
    ]);
    const include = { interfaces: [this.tunnel.a.interface] };
    const config = {
      receivers: { wireguard: { include, names, initial_delay: 0, collection_interval: '500ms' } },
      exporters: Object.fromEntries(exporters),
      service: { extensions: [] },
    };
    this.start(process.execPath, CLI, 'run', '--config', this.write('config.yaml', JSON.stringify(config)));
  }

  /**
   * Returns the lines of a page, with names for keys and wg0 for the device, without blank ones and those of other devices, which all
   * namespaces share; none where nobody answers.
   */
  async page(port: number): Promise<string[]> {
    const ask = `fetch('http://127.0.0.1:${port}/metrics').then((r) => r.text()).then(console.log, () => undefined)`;
    let text = await this.tunnel.a.exec([process.execPath, '-e', ask]);
    for (const [name, key] of this.keys) text = text.replaceAll(key, name);
    text = text.replaceAll(this.tunnel.a.publicKey, 'a').replaceAll(this.tunnel.a.interface, 'wg0');
    return text.split('\n').filter((line) => line.startsWith('#') || line.includes('"wg0"'));
  }

  /** What one page has and the other has not, after `-`, and the other way round, after `+`; undefined while one is not served. */
  async difference(
    [theirs, ours]: readonly [theirs: number, ours: number],
    normal: (line: string) => string,
  ): Promise<readonly string[] | undefined> {
    const pages = await Promise.all([this.page(theirs), this.page(ours)]);
    if (pages.some((lines) => !lines.some((line) => line.includes('"b"')))) return undefined;
    const [before, after] = pages.map((lines) => new Set(lines.map(normal))) as [Set<string>, Set<string>];
    const only = (mark: string, some: Set<string>, others: Set<string>): string[] =>
      [...some].filter((line) => !others.has(line)).map((line) => `${mark} ${line}`);
    return [...only('-', before, after), ...only('+', after, before)];
  }

  async close(): Promise<void> {
    await Promise.all(this.#processes.map((each) => each.stop()));
    await this.tunnel.close();
    rmSync(this.folder, { recursive: true });
  }
}

/** Waits until a difference is as expected, as a keepalive may come between two questions, and fails with it if it never is. */
export async function assertDifference(
  difference: () => Promise<readonly string[] | undefined>,
  expected: readonly string[],
): Promise<void> {
  const isExpected = async (): Promise<boolean> => isDeepStrictEqual(await difference(), expected);
  await until('the difference is as listed', isExpected, { timeoutMs: 20_000 }).catch(async () => {
    assert.deepEqual(await difference(), expected);
  });
}

/** The line of a sample with its number as JavaScript writes it. */
export function withPlainNumber(line: string): string {
  return line.replace(/\} (\S+)$/, (_, value) => `} ${Number(value)}`);
}
