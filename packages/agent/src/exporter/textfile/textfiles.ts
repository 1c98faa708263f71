import { isDeepStrictEqual } from 'node:util';
import { systemClock } from '@wgotel/core';
import type { TextfilePageConfig } from '../../config/configuration.js';
import { ConfigError } from '../../config/problems.js';
import type { Logger } from '../../log.js';
import { Exposition, type PageSource } from '../prometheus/exposition.js';
import { makeProfiles } from '../prometheus/profiles/make.js';
import { TroubleLog } from '../../trouble-log.js';
import { Textfile } from './textfile.js';

interface Entry {
  readonly config: TextfilePageConfig;
  readonly file: Textfile;
}

/** The text files of a configuration. */
export class Textfiles {
  readonly #source: (receivers: readonly string[]) => PageSource;
  readonly #log: Logger;
  #entries: ReadonlyMap<string, Entry> = new Map();

  /** @param source where files get what they show of some receivers */
  constructor(source: (receivers: readonly string[]) => PageSource, log: Logger) {
    this.#source = source;
    this.#log = log;
  }

  /** Writes these from now on.
   *
   *  @throws {ConfigError} and leaves everything as it was */
  async configure(configs: Readonly<Record<string, TextfilePageConfig>>): Promise<void> {
    const before = this.#entries;
    const entries = new Map<string, Entry>();
    for (const [id, config] of Object.entries(configs)) {
      const known = before.get(id);
      const isSame = known !== undefined && isDeepStrictEqual(known.config, config);
      const entry = isSame ? known : { config, file: this.#make(id, config) };
      const obstacle = await entry.file.obstacle();
      if (!isSame && obstacle !== undefined) throw new ConfigError([`exporters.${id}.path: ${obstacle}`]);
      entries.set(id, entry);
    }
    this.#entries = entries;
    const kept = new Set([...entries.values()].map(({ file }) => file));
    await Promise.all([...before.values()].filter(({ file }) => !kept.has(file)).map(({ file }) => file.close()));
    this.publish();
  }

  /** To be called after each scrape. */
  publish(): void {
    for (const { file } of this.#entries.values()) file.publish();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#entries.values()].map(({ file }) => file.close()));
    this.#entries = new Map();
  }

  #make(id: string, { path, profiles, receivers }: TextfilePageConfig): Textfile {
    const exposition = new Exposition([...makeProfiles(profiles).values()], this.#source(receivers));
    return new Textfile(path, exposition, new TroubleLog(this.#log, () => systemClock.monotonic(), { exporter: id }));
  }
}
