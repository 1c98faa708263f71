import { WireGuardError } from '../../errors.js';
import type { Device } from '../../model/device.js';
import type { Reading, SourceFailure } from '../../model/snapshot.js';
import { LineBuffer } from '../line-buffer.js';
import { bootTime, readLink } from '../link.js';
import { PeerTable } from '../peer-table.js';
import { reuseDevice } from '../reuse.js';
import { toFailure, type ReadOptions, type Source } from '../source.js';
import { statSocket, UAPI_DIRECTORY } from '../uapi/sockets.js';
import { complaintToError } from './complaint.js';
import { DumpParser, type DumpedDevice } from './parse.js';
import { runWg } from './run.js';

export interface WgShowSourceOptions {
  /** The program and what goes before `show`. Default: `['wg']`. */
  readonly command?: readonly string[] | undefined;
}

/** Reads kernel and userspace devices alike by running `wg show all dump`. */
export class WgShowSource implements Source {
  readonly name = 'wg-show';
  readonly #command: readonly string[];
  readonly #tables = new Map<string, PeerTable>();
  #booted: Promise<number | undefined> | undefined;

  constructor(options: WgShowSourceOptions = {}) {
    this.#command = options.command ?? ['wg'];
  }

  /** Reads all devices that `wg` sees. */
  async read(options: ReadOptions): Promise<Reading> {
    return this.readExcept(new Set(), options);
  }

  /** The names of all devices `wg` sees, without reading them. */
  async listDevices(signal: AbortSignal): Promise<string[]> {
    let text = '';
    const { exitCode, complaints } = await runWg(
      this.#command,
      ['show', 'interfaces'],
      (chunk) => (text += chunk.toString('latin1')),
      signal,
    );
    if (exitCode !== 0) throw complaintToError(complaints[0] ?? `wg ended with code ${exitCode}`);
    return text.split(/\s+/).filter((name) => name !== '');
  }

  /** Reads all devices but those another source serves. */
  async readExcept(others: ReadonlySet<string>, { signal, previous }: ReadOptions): Promise<Reading> {
    const failures: SourceFailure[] = [];
    const parser = new DumpParser((device) => (others.has(device) ? undefined : this.#tableOf(device)));
    const buffer = new LineBuffer((bytes, end) => parser.parse(bytes, end));
    let dumped: DumpedDevice[];
    try {
      const { exitCode, complaints } = await runWg(
        this.#command,
        ['show', 'all', 'dump'],
        (chunk) => buffer.write(chunk),
        signal,
      );
      for (const complaint of complaints) failures.push(toFailure(this.name, undefined, complaintToError(complaint)));
      if (exitCode !== 0 && complaints.length === 0) {
        throw new WireGuardError('READ_FAILED', `wg ended with code ${exitCode} and said nothing`);
      }
      dumped = parser.finish();
    } catch (error) {
      failures.push(toFailure(this.name, undefined, error));
      // The device whose lines were being read is incomplete; those before it are whole.
      dumped = parser.devices;
    } finally {
      buffer.clear();
    }
    const read = new Set(dumped.map(({ name }) => name));
    for (const name of this.#tables.keys()) if (!read.has(name)) this.#tables.delete(name);

    const devices = await Promise.all(dumped.map((device) => this.#describe(device)));
    const nothing = devices.length === 0 && failures.length === 0 && others.size === 0;
    return {
      devices: devices.map((device) => reuseDevice(device, previous)),
      failures,
      notes: nothing ? [{ source: this.name, message: 'wg lists no device' }] : [],
    };
  }

  #tableOf(device: string): PeerTable {
    let table = this.#tables.get(device);
    if (table === undefined) this.#tables.set(device, (table = new PeerTable()));
    return table;
  }

  async #describe(dumped: DumpedDevice): Promise<Device> {
    const [link, socket, booted] = await Promise.all([
      readLink(dumped.name),
      // `wg` may read what this process may not even look up.
      statSocket(UAPI_DIRECTORY, dumped.name).catch(() => undefined),
      (this.#booted ??= bootTime()),
    ]);
    const userspace = socket !== undefined && link?.wireguard !== true;
    return {
      name: dumped.name,
      type: userspace ? 'userspace' : 'kernel',
      source: this.name,
      publicKey: dumped.publicKey,
      listenPort: dumped.listenPort,
      firewallMark: dumped.firewallMark,
      peers: dumped.peers,
      up: link?.up,
      countingSince: userspace ? socket.boundAt : booted,
      incarnation: userspace ? socket.incarnation : link?.index.toString(),
    };
  }
}
