import { WireGuardError } from '../../errors.js';
import type { Device } from '../../model/device.js';
import type { Reading, SourceFailure } from '../../model/snapshot.js';
import { PeerTable } from '../peer-table.js';
import { reuseDevice } from '../reuse.js';
import { askOver } from '../socket-answer.js';
import { toFailure, type ReadOptions, type Source } from '../source.js';
import { AnswerParser } from './parse.js';
import { READER_PROTOCOL } from './protocol.js';

export interface ReaderSourceOptions {
  /** The socket of the reader. Default: `/run/wgotel-reader/reader.sock`. */
  readonly socket?: string | undefined;
  /** Whether a device is to be read. Default: each. */
  readonly reads?: ((device: string) => boolean) | undefined;
}

/** Asks a reader (`wgotel reader`), which has the privileges that this process then needs not have. Devices and failures are
 *  told as the reader's own sources gave them. */
export class ReaderSource implements Source {
  readonly name = 'reader';
  readonly #socket: string;
  readonly #reads: (device: string) => boolean;
  /** Of the devices that were read whole last, by namespace and name. */
  #tables = new Map<string, PeerTable>();

  constructor({ socket = READER_PROTOCOL.socket, reads = () => true }: ReaderSourceOptions = {}) {
    this.#socket = socket;
    this.#reads = reads;
  }

  async read({ signal, previous, now = Date.now() }: ReadOptions): Promise<Reading> {
    const before = this.#tables;
    const tables = new Map<string, PeerTable>();
    const tableOf = (device: Omit<Device, 'peers'>): PeerTable | undefined => {
      if (!this.#reads(device.name)) return undefined;
      const key = keyOf(device);
      const table = before.get(key) ?? new PeerTable();
      tables.set(key, table);
      return table;
    };
    const parser = new AnswerParser(tableOf, now);
    const failures: SourceFailure[] = [];
    try {
      const explain = (error: NodeJS.ErrnoException): WireGuardError => asWireGuardError(error, this.#socket);
      const { request, enough } = READER_PROTOCOL;
      await askOver({ path: this.#socket, request, enough, parser, signal, explain });
    } catch (error) {
      // Nobody knows what else it would have told.
      failures.push({ ...toFailure(this.name, undefined, error), everywhere: true });
    }
    // One that was broken off may be of a million peers.
    this.#tables = new Map(parser.devices.map(keyOf).map((key) => [key, tables.get(key)!]));
    failures.unshift(...parser.failures.filter(({ device }) => device === undefined || this.#reads(device)));
    const devices = parser.devices.map((device) => reuseDevice(device, previous));
    const isSilent = devices.length === 0 && failures.length === 0 && parser.notes.length === 0;
    const notes = isSilent
      ? [{ source: this.name, message: 'the reader has no device that is read here' }]
      : parser.notes;
    return { devices, failures, notes };
  }
}

function keyOf({ name, netns = '' }: Pick<Device, 'name' | 'netns'>): string {
  return `${netns}\0${name}`;
}

/** Says what an error of the operating system means for the reader's socket, and what to do. */
function asWireGuardError(error: NodeJS.ErrnoException, path: string): WireGuardError {
  const facts = { cause: error };
  switch (error.code) {
    case 'EACCES':
    case 'EPERM':
      return new WireGuardError(
        'PERMISSION_DENIED',
        `no permission for ${path}: run as the user that the reader runs as, to whom alone it answers`,
        facts,
      );
    case 'ENOENT':
      return new WireGuardError('SOURCE_UNAVAILABLE', `there is no ${path}: start wgotel reader`, facts);
    case 'ECONNREFUSED':
      return new WireGuardError(
        'SOURCE_UNAVAILABLE',
        `nobody listens at ${path}: the reader has died, start it again`,
        facts,
      );
    default:
      return new WireGuardError('CONNECTION_FAILED', `asking ${path} failed: ${error.code ?? error.message}`, facts);
  }
}
