import type { ExpectedDevice, ExpectedDevices } from '@wgotel/core';
import type { DriftConfig } from '../config/configuration.js';
import { TroubleLog } from '../trouble-log.js';
import type { Logger } from '../log.js';
import { WatchedFile } from '../watched-file.js';
import { HostBook, type Lookup } from './host-book.js';
import { readSetup, type Setup } from './setup-file.js';

/** Knows how devices are meant to be set up, from the files that the configuration names. */
export class SetupBook {
  readonly #files: readonly WatchedFile<Setup | undefined>[];
  readonly #hosts: HostBook | undefined;
  readonly #trouble: TroubleLog;
  #devices: ReadonlyMap<string, ExpectedDevice> = new Map();

  /** @param lookup for tests: finds the addresses of a host
   *  @param now for tests: milliseconds of a clock that never steps */
  constructor(
    { files, endpointNames }: DriftConfig,
    log: Logger,
    lookup?: Lookup,
    now: () => number = () => performance.now(),
  ) {
    this.#files = files.map((path) => new WatchedFile(path, readSetup));
    this.#hosts = endpointNames ? new HostBook(now, lookup) : undefined;
    this.#trouble = new TroubleLog(log, now);
  }

  readonly expected: ExpectedDevices = (device) => this.#devices.get(device);

  /** What is wrong with the files, by path. */
  get problems(): ReadonlyMap<string, string> {
    return new Map(this.#files.flatMap(({ path, problem }) => (problem === undefined ? [] : [[path, problem]])));
  }

  /** Reads again what has changed, and has names looked up that are due; what is found out of them shows the next time. Never
   *  rejects. */
  async refresh(): Promise<void> {
    let changed = this.#hosts?.takeChanges() ?? false;
    for (const file of this.#files) {
      if (!(await file.refresh())) continue;
      changed = true;
      const { path, problem } = file;
      if (problem === undefined) this.#trouble.over([path], 'the setup is read again', { file: path });
      else this.#trouble.seen(path, 'a setup can not be read, the one known before stays', { file: path, problem });
    }
    if (changed) this.#devices = new Map(this.#setups().map((setup) => [setup.name, this.#toExpected(setup)]));
    this.#hosts?.refresh(
      this.#setups().flatMap(({ peers }) => peers.flatMap(({ endpointHost }) => endpointHost ?? [])),
    );
  }

  #setups(): Setup[] {
    return this.#files.flatMap(({ content }) => content ?? []);
  }

  #toExpected({ peers, ...device }: Setup): ExpectedDevice {
    return {
      ...device,
      peers: peers.map(({ endpointHost: host, ...peer }) => ({
        ...peer,
        endpoint: host === undefined ? undefined : { host, addresses: this.#hosts?.addressesOf(host) ?? [] },
      })),
    };
  }
}
