import type { Checker } from './checker.js';
import type { ExporterConfig, ExporterConfigs, ReceiverConfig } from './configuration.js';
import type { FileStorage } from './schema/service.js';
import type { Path } from './tree.js';

/** Puts the folders of extensions in place of their ids. */
export class Storages {
  readonly #storages: ReadonlyMap<string, FileStorage>;
  readonly #checker: Checker;

  /** @param storages by id */
  constructor(storages: ReadonlyMap<string, FileStorage>, checker: Checker) {
    this.#storages = storages;
    this.#checker = checker;
  }

  ofReceivers(receivers: Readonly<Record<string, ReceiverConfig>>): Record<string, ReceiverConfig> {
    return Object.fromEntries(
      Object.entries(receivers).map(([id, config]) => {
        const storage = this.#find(config.storage, ['receivers', id, 'storage']);
        return [id, { ...config, storage: storage?.directory }];
      }),
    );
  }

  /** @param idOf the id in the file, of the one that is used */
  ofExporters(
    exporters: Readonly<Record<string, ExporterConfigs>>,
    idOf: (used: string) => string,
  ): Record<string, ExporterConfigs> {
    return Object.fromEntries(
      Object.entries(exporters).map(([id, ofSignals]) => {
        const at = ['exporters', idOf(id)];
        return [id, Object.fromEntries(Object.entries(ofSignals).map(([k, v]) => [k, this.#ofExporter(v, at)]))];
      }),
    );
  }

  #ofExporter(config: ExporterConfig, at: Path): ExporterConfig {
    const { queue, retry } = config;
    const storage = this.#find(queue.storage, [...at, 'sending_queue', 'storage']);
    if (storage === undefined) return config;
    const retrying = [...at, 'retry_on_failure'];
    if (!retry.enabled) {
      this.#checker.problem(
        [...retrying, 'enabled'],
        'drops what sending_queue.storage is to keep: take one of them out',
      );
    }
    if (retry.maxElapsedTime > 0) {
      this.#checker.warn(
        [...retrying, 'max_elapsed_time'],
        'does nothing with sending_queue.storage: nothing is given up',
      );
    }
    return {
      ...config,
      queue: { ...queue, storage: storage.directory, fsync: storage.fsync },
      retry: { ...retry, maxElapsedTime: 0 },
    };
  }

  #find(id: string | undefined, path: Path): FileStorage | undefined {
    const found = id === undefined ? undefined : this.#storages.get(id);
    if (id !== undefined && found === undefined) {
      this.#checker.problem(path, `there is no ${id} in extensions and service.extensions`);
    }
    return found;
  }
}
