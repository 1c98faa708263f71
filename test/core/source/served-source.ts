import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SOURCES, type Source, type SourceName } from '@wgotel/core';
import { serveUapi, type UapiFault, type UapiServer } from '@wgotel/simulator';
import { toAnswers, toDump, toReply, type TestDevice } from './device-text.js';
import { fakeWg, type FakeWg } from './fake-wg-command.js';
import { startReader } from './reader-server.js';

/** Devices on UAPI sockets in a folder. */
export class Sockets {
  readonly directory: string;
  readonly #servers = new Map<string, UapiServer>();
  readonly #devices = new Map<string, TestDevice>();
  /** Asked at each request. */
  fault: (device: string) => UapiFault | undefined = () => undefined;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Serves these devices and no others; a socket that stays is not bound again. */
  async serve(devices: readonly TestDevice[]): Promise<void> {
    for (const name of this.#servers.keys())
      if (!devices.some((device) => device.name === name)) await this.remove(name);
    for (const device of devices) {
      const { name } = device;
      this.#devices.set(name, device);
      if (this.#servers.has(name)) continue;
      const reply = (): Buffer => toReply(this.#devices.get(name)!);
      const server = await serveUapi(join(this.directory, `${name}.sock`), reply, () => this.fault(name));
      this.#servers.set(name, server);
    }
  }

  async remove(name: string): Promise<void> {
    await this.#servers.get(name)?.close();
    this.#servers.delete(name);
  }
}

/** A source and the real things it reads: sockets in a folder, and a program in the place of `wg`. */
export interface ServedSource {
  readonly source: Source;
  readonly sockets: Sockets;
  readonly wg: FakeWg;
}

/** Runs a test with a source, and removes what it read. */
export async function withSource(
  name: SourceName,
  read: 'public' | undefined,
  test: (served: ServedSource) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'wgsource-'));
  const sockets = new Sockets(join(folder, 'sockets'));
  await mkdir(sockets.directory);
  const wg = fakeWg(folder);
  const options = { directory: sockets.directory, command: wg.command, read, socket: join(folder, 'reader.sock') };
  const reader = name === 'reader' ? await startReader(options.socket, SOURCES.auto(options)) : undefined;
  try {
    await test({ source: SOURCES[name](options), sockets, wg });
  } finally {
    await reader?.close();
    await sockets.serve([]);
    await rm(folder, { recursive: true });
  }
}

/** Has the stand-in for `wg` print these devices. */
export function planDump(wg: FakeWg, devices: readonly TestDevice[]): void {
  const dump = devices.map(toDump).join('');
  wg.plan({ interfaces: `${devices.map(({ name }) => name).join(' ')}\n`, dump, answers: toAnswers(dump) });
}
