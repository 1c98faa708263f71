import { readFile, stat } from 'node:fs/promises';
import { WireGuardError } from '../../errors.js';
import type { Device } from '../../model/device.js';
import type { Reading } from '../../model/snapshot.js';
import { toFailure, type ReadOptions, type Source } from '../source.js';
import { parseRecording } from './parse.js';

export interface RecordedSourceOptions {
  /** The file that `recordingOf` wrote. */
  readonly file?: string | undefined;
  /** Whether a device is to be read. Default: each. */
  readonly reads?: ((device: string) => boolean) | undefined;
}

/** A hundred thousand peers take about 40 MB. */
const LARGEST = 512 * 1024 * 1024;

/** Gives back what was recorded once, at each reading the same. Times are moved, so that at the first reading everything is
 *  as old as it was when it was recorded. */
export class RecordedSource implements Source {
  readonly name = 'recorded';
  readonly #file: string;
  readonly #reads: (device: string) => boolean;
  #devices: Promise<readonly Device[]> | undefined;

  /** @throws {WireGuardError} `INVALID_OPTION` without a file */
  constructor({ file, reads = () => true }: RecordedSourceOptions) {
    if (file === undefined) throw new WireGuardError('INVALID_OPTION', 'file: expected the path of a recording');
    this.#file = file;
    this.#reads = reads;
  }

  async read({ now = Date.now() }: ReadOptions): Promise<Reading> {
    try {
      return { devices: await (this.#devices ??= this.#load(now)), failures: [], notes: [] };
    } catch (error) {
      // The next reading may find a file that is whole.
      this.#devices = undefined;
      return { devices: [], failures: [toFailure(this.name, undefined, error)], notes: [] };
    }
  }

  async #load(now: number): Promise<readonly Device[]> {
    let text: string;
    try {
      if ((await stat(this.#file)).size > LARGEST)
        throw new WireGuardError('PROTOCOL', `'${this.#file}' is no recording: too large`);
      text = await readFile(this.#file, 'utf8');
    } catch (error) {
      const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
      if (error instanceof WireGuardError) throw error;
      throw new WireGuardError('SOURCE_UNAVAILABLE', `the recording '${this.#file}' can't be read: ${code}`, {
        cause: error,
      });
    }
    const { takenAt, devices } = parseRecording(text);
    const shift = now - takenAt;
    return devices.filter(({ name }) => this.#reads(name)).map((device) => moved(device, shift));
  }
}

function moved(device: Device, shift: number): Device {
  const later = (time: number | undefined): number | undefined => (time === undefined ? undefined : time + shift);
  return {
    ...device,
    countingSince: later(device.countingSince),
    peers: device.peers.map((peer) => ({ ...peer, lastHandshakeTime: later(peer.lastHandshakeTime) })),
  };
}
