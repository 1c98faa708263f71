import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SOURCES, type Source, type SourceName } from '@wgotel/core';
import { serveUapi, type UapiFault, type UapiServer } from '@wgotel/simulator';
import { toAnswers, toDump, toReply, type TestDevice } from './device-text.js';
import { FakeKernel } from './fake-kernel.js';
import { fakeWg, type FakeWg } from './fake-wg-command.js';
import { AutoSource, NetlinkSource } from './internals.js';
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

/** A source and what it reads: real sockets in a folder, a real program in the place of `wg`, and a stand-in for the kernel. */
export interface ServedSource {
  readonly source: Source;
  readonly sockets: Sockets;
  readonly wg: FakeWg;
  readonly kernel: FakeKernel;
}

/** A way in which a source reads: `public` through `wg` without keys, `netlink` through a stand-in for the kernel. */
export type Way = 'public' | 'netlink' | undefined;

/** Runs a test with a source, and removes what it read. */
export async function withSource(
  name: SourceName,
  way: Way,
  test: (served: ServedSource) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'wgsource-'));
  const sockets = new Sockets(join(folder, 'sockets'));
  await mkdir(sockets.directory);
  const wg = fakeWg(folder);
  const kernel = new FakeKernel();
  const netlink = new NetlinkSource({}, async () => kernel.sockets);
  const { directory } = sockets;
  const socket = join(folder, 'reader.sock');
  const options = { directory, command: wg.command, socket, ...(way === 'public' && { read: way }) };
  const make = (): Source => {
    if (way === 'netlink') return name === 'auto' ? new AutoSource({ directory }, netlink) : netlink;
    return SOURCES[name](options);
  };
  const reader = name === 'reader' ? await startReader(socket, SOURCES.auto(options)) : undefined;
  try {
    await test({ source: make(), sockets, wg, kernel });
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
