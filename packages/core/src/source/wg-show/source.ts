import { WireGuardError } from '../../errors.js';
import type { Device } from '../../model/device.js';
import type { Reading, SourceFailure } from '../../model/snapshot.js';
import { LineBuffer } from '../line-buffer.js';
import { bootTime, type Link } from '../link.js';
import { namespacesOf, OWN, type Namespace } from '../namespace.js';
import { PeerTable } from '../peer-table.js';
import { reuseDevice } from '../reuse.js';
import { toFailure, type ReadOptions, type Source } from '../source.js';
import { statSocket, UAPI_DIRECTORY } from '../uapi/sockets.js';
import { asksAmnezia, isLocal, readingBy } from './command.js';
import { complaintsIn, complaintToError } from './complaint.js';
import { entering, readLinks } from './namespace.js';
import { DumpParser, type DumpedDevice } from './parse.js';
import { PUBLIC_QUESTIONS, toDump } from './public.js';
import { runWg } from './run.js';

export interface WgShowSourceOptions {
  /** The program and what goes before `show`, such as `['sudo', '-n', 'wg']`, `['awg']`, `['docker', 'exec', 'vpn', 'wg']` or
   *  `['ssh', 'gateway', 'wg']`. Default: `['wg']`. */
  readonly command?: readonly string[] | undefined;
  /** Whether `wg` is asked for everything at once (`dump`), keys included, which end in the parser, or only for what holds
   *  none (`public`), in several runs. Default: `public` through `sudo`, `doas` and `ssh`, else `dump`. */
  readonly read?: 'dump' | 'public' | undefined;
  /** Network namespaces to read instead of the own one: a name as `ip netns` has it, an absolute path or `pid:N`. */
  readonly netns?: readonly string[] | undefined;
  /** Whether a device is to be read. Default: each. */
  readonly reads?: ((device: string) => boolean) | undefined;
}

/** Finds a link by the name of its device. */
type LinkOf = (device: string) => Link | undefined;

/** Reads kernel and userspace devices alike by running `wg show`. */
export class WgShowSource implements Source {
  readonly name = 'wg-show';
  readonly #command: readonly string[];
  readonly #isLocal: boolean;
  readonly #read: 'dump' | 'public';
  readonly #namespaces: readonly Namespace[];
  readonly #reads: (device: string) => boolean;
  /** By namespace and device. */
  readonly #tables = new Map<string, PeerTable>();
  #booted: Promise<number | undefined> | undefined;

  /** @throws {WireGuardError} `INVALID_OPTION` if a namespace's name can't be one */
  constructor({ command = ['wg'], read, netns, reads }: WgShowSourceOptions = {}) {
    this.#command = command;
    this.#isLocal = isLocal(command);
    this.#read = read ?? readingBy(command);
    this.#namespaces = namespacesOf(netns);
    this.#reads = reads ?? (() => true);
  }

  /** Reads all devices that `wg` sees. */
  async read(options: ReadOptions): Promise<Reading> {
    return this.readExcept(new Set(), options);
  }

  /** The names of all devices `wg` sees in the own namespace, without reading them. */
  async listDevices(signal: AbortSignal): Promise<string[]> {
    const { exitCode, complaints, text } = await this.#ask(OWN, ['show', 'interfaces'], signal);
    if (exitCode !== 0) throw complaintToError(complaints[0] ?? `wg ended with code ${exitCode}`);
    return text.split(/\s+/).filter((name) => name !== '' && this.#reads(name));
  }

  /** Reads all devices but those another source serves. */
  async readExcept(others: ReadonlySet<string>, options: ReadOptions): Promise<Reading> {
    const readings = await Promise.all(this.#namespaces.map((namespace) => this.#readIn(namespace, others, options)));
    const devices = readings.flatMap((reading) => reading.devices);
    const failures = readings.flatMap((reading) => reading.failures);
    const nothing = devices.length === 0 && failures.length === 0 && others.size === 0;
    return {
      devices: devices.map((device) => reuseDevice(device, options.previous)),
      failures,
      notes: nothing ? [{ source: this.name, message: 'wg lists no device' }] : [],
    };
  }

  async #readIn(
    namespace: Namespace,
    others: ReadonlySet<string>,
    { signal, now = Date.now() }: ReadOptions,
  ): Promise<Pick<Reading, 'devices' | 'failures'>> {
    const failures: SourceFailure[] = [];
    const fail = (error: unknown): unknown => failures.push(toFailure(this.name, undefined, error, namespace.name));
    const parser = new DumpParser(
      (device) => (others.has(device) || !this.#reads(device) ? undefined : this.#tableOf(namespace, device)),
      now,
    );
    const buffer = new LineBuffer((bytes, end) => parser.parse(bytes, end));
    // A device of userspace is listed in every namespace, as its socket is there for all: its link tells where it is.
    const links = readLinks(namespace, signal);
    let dumped: DumpedDevice[];
    try {
      const complaints = await this.#dump(namespace, buffer, signal);
      for (const complaint of complaints) fail(complaintToError(complaint));
      buffer.end();
      dumped = parser.finish();
    } catch (error) {
      fail(error);
      // The device whose lines were being read is incomplete; those before it are whole.
      dumped = parser.devices;
    } finally {
      buffer.clear();
    }
    this.#forgetTables(namespace, dumped);
    const linkOf = await links;
    const devices = await Promise.all(dumped.map((device) => this.#describe(device, namespace, linkOf)));
    return { devices: devices.filter((device) => device !== undefined), failures };
  }

  /** Fills the buffer with a dump, and returns what `wg` complained of. */
  async #dump(namespace: Namespace, buffer: LineBuffer, signal: AbortSignal): Promise<readonly string[]> {
    if (this.#read === 'public') {
      const asked = await Promise.all(
        PUBLIC_QUESTIONS.map(async (question) => {
          const { exitCode, complaints, text } = await this.#ask(namespace, ['show', 'all', question], signal);
          if (exitCode !== 0 && complaints.length === 0) throw silent(exitCode);
          return { question, complaints, exitCode, text };
        }),
      );
      const answers = Object.fromEntries(asked.map(({ question, text }) => [question, text]));
      buffer.write(Buffer.from(toDump(answers as Parameters<typeof toDump>[0])));
      return [...new Set(asked.flatMap(({ complaints, exitCode }) => complaintsIn(complaints, exitCode)))];
    }
    const { exitCode, complaints } = await runWg(
      [...entering(namespace), ...this.#command],
      ['show', 'all', 'dump'],
      (chunk) => buffer.write(chunk),
      signal,
    );
    if (exitCode !== 0 && complaints.length === 0) throw silent(exitCode);
    return complaintsIn(complaints, exitCode);
  }

  /** Runs `wg` for an answer that holds no keys. */
  async #ask(
    namespace: Namespace,
    args: readonly string[],
    signal: AbortSignal,
  ): Promise<{ exitCode: number | undefined; complaints: string[]; text: string }> {
    let text = '';
    const take = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      if (text.length > LONGEST_ANSWER) throw new WireGuardError('PROTOCOL', 'the answer of wg has no end');
    };
    return { ...(await runWg([...entering(namespace), ...this.#command], args, take, signal)), text };
  }

  #tableOf(namespace: Namespace, device: string): PeerTable {
    const key = tableKey(namespace, device);
    let table = this.#tables.get(key);
    if (table === undefined) this.#tables.set(key, (table = new PeerTable()));
    return table;
  }

  #forgetTables(namespace: Namespace, dumped: readonly DumpedDevice[]): void {
    const read = new Set(dumped.map(({ name }) => tableKey(namespace, name)));
    const prefix = tableKey(namespace, '');
    for (const key of this.#tables.keys()) if (key.startsWith(prefix) && !read.has(key)) this.#tables.delete(key);
  }

  /** `undefined`: the device is of another namespace. */
  async #describe(dumped: DumpedDevice, namespace: Namespace, linkOf: LinkOf | undefined): Promise<Device | undefined> {
    const { name, publicKey, listenPort, firewallMark, peers, standardMessages } = dumped;
    const own = namespace.name === undefined;
    const isHere = this.#isLocal || !own;
    const link = isHere ? linkOf?.(name) : undefined;
    const [socket, booted] = await Promise.all([
      // `wg` may read what this process may not even look up.
      isHere ? statSocket(UAPI_DIRECTORY, name).catch(() => undefined) : undefined,
      isHere ? (this.#booted ??= bootTime()) : undefined,
    ]);
    if (!own && linkOf !== undefined && link === undefined) return undefined;
    const userspace = socket !== undefined && link?.wireguard !== true;
    return {
      name,
      type: userspace ? 'userspace' : 'kernel',
      netns: namespace.name,
      source: this.name,
      publicKey,
      listenPort,
      firewallMark,
      peers,
      up: link?.up,
      countingSince: userspace ? socket.boundAt : booted,
      incarnation: userspace ? socket.incarnation : link?.index.toString(),
      standardMessages: standardMessages && !(this.#read === 'public' && asksAmnezia(this.#command)),
    };
  }
}

/** A million peers with many allowed IPs need less, in characters. */
const LONGEST_ANSWER = 512 * 1024 * 1024;

function tableKey({ name = '' }: Namespace, device: string): string {
  return `${name}\0${device}`;
}

function silent(exitCode: number | undefined): WireGuardError {
  return new WireGuardError('READ_FAILED', `wg ended with code ${exitCode} and said nothing`);
}
