import { peerId, type PeerNames } from '@wgotel/core';
import type { NamesConfig } from '../config/configuration.js';
import type { Logger } from '../log.js';
import { TroubleLog } from '../trouble-log.js';
import { WatchedFile } from '../watched-file.js';
import { readConfigurationNames } from './wireguard-files.js';
import { readNames, type Names } from './formats.js';

/** Knows what peers are called, from all places the configuration names: the first that knows a peer names it. */
export class NameBook {
  readonly #given: ReadonlyMap<string, string>;
  readonly #files: readonly WatchedFile<Names>[];
  readonly #trouble: TroubleLog;

  constructor({ peers, files, configurationFiles }: NamesConfig, log: Logger) {
    this.#given = new Map(Object.entries(peers));
    this.#files = [
      ...files.map((path) => new WatchedFile(path, readNames)),
      ...configurationFiles.map((path) => new WatchedFile(path, readConfigurationNames)),
    ];
    this.#trouble = new TroubleLog(log, () => performance.now());
  }

  /** Finds a name by the public key or by the peer id, on one device or on all. */
  readonly nameOf: PeerNames = (publicKey, device) => {
    const given = this.#given.get(publicKey);
    if (given !== undefined) return given;
    const keys = [publicKey, peerId(publicKey)];
    for (const { content: names } of this.#files) {
      if (names === undefined) continue;
      for (const key of keys) {
        const name = names.get(`${device} ${key}`) ?? names.get(key);
        if (name !== undefined) return name;
      }
    }
    return undefined;
  };

  /** What is wrong with the files, by path. */
  get problems(): ReadonlyMap<string, string> {
    return new Map(this.#files.flatMap(({ path, problem }) => (problem === undefined ? [] : [[path, problem]])));
  }

  /** Reads again what has changed. Returns whether any name may have. Never rejects: of a file that can't be read the old
   *  names stay. */
  async refresh(): Promise<boolean> {
    let changed = false;
    for (const file of this.#files) {
      if (!(await file.refresh())) continue;
      changed = true;
      const { path, problem } = file;
      if (problem === undefined) this.#trouble.over([path], 'names are read again', { file: path });
      else this.#trouble.seen(path, 'names can not be read, those known before stay', { file: path, problem });
    }
    return changed;
  }
}
