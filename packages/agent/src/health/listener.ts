import { isDeepStrictEqual } from 'node:util';
import type { HealthConfig } from '../config/configuration.js';
import { ConfigError } from '../config/problems.js';
import type { Logger } from '../log.js';
import { HealthServer } from './server.js';
import type { AgentStatus } from './status.js';

/** Keeps a {@link HealthServer} where the configuration wants it. */
export class HealthListener {
  readonly #log: Logger;
  readonly #status: () => AgentStatus;
  #config: HealthConfig | undefined;
  #server: HealthServer | undefined;

  constructor(log: Logger, status: () => AgentStatus) {
    this.#log = log;
    this.#status = status;
  }

  /** Listens there from now on. A port that is taken matters only where somebody asked for it.
   *
   *  @throws {ConfigError} */
  async listen(config: HealthConfig | undefined): Promise<void> {
    if (isDeepStrictEqual(config, this.#config)) return;
    try {
      const server = config && (await HealthServer.listen(config, this.#status));
      await this.#server?.close();
      this.#server = server;
    } catch (error) {
      if (config?.explicit === true) throw new ConfigError([(error as Error).message]);
      this.#log.warn((error as Error).message);
    }
    this.#config = config;
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }
}
