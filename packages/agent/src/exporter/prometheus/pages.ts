import { isDeepStrictEqual } from 'node:util';
import { systemClock } from '@wgotel/core';
import type { PageConfig, ProfilesConfig } from '../../config/configuration.js';
import { ConfigError } from '../../config/problems.js';
import type { Logger } from '../../log.js';
import { TroubleLog } from '../../trouble-log.js';
import { Exposition, type PageSource } from './exposition.js';
import { kindOf } from './http-server.js';
import { PageServer } from './page-server.js';
import { Passwords } from './passwords.js';
import { makeProfiles } from './profiles/make.js';
import { Site } from './site.js';
import { WebAccess } from './web-config/web-access.js';

interface Entry {
  readonly config: PageConfig;
  readonly site: Site;
  readonly server: PageServer;
}

const now = (): number => systemClock.monotonic();

/** The pages of a configuration, each where it says. */
export class Pages {
  readonly #source: (receivers: readonly string[]) => PageSource;
  readonly #log: Logger;
  readonly #passwords = new Passwords(now);
  #entries: ReadonlyMap<string, Entry> = new Map();

  /** @param source where pages get what they show of some receivers */
  constructor(source: (receivers: readonly string[]) => PageSource, log: Logger) {
    this.#source = source;
    this.#log = log;
  }

  /** Where each is served, by the id of the exporter. Empty: nowhere at the time. */
  get urls(): ReadonlyMap<string, readonly string[]> {
    return new Map([...this.#entries].map(([id, { server }]) => [id, server.urls.map((url) => `${url}/metrics`)]));
  }

  /** Serves these from now on. A place that stays is never let go of.
   *
   *  @throws {ConfigError} and leaves everything as it was */
  async listen(configs: Readonly<Record<string, PageConfig>>): Promise<void> {
    const before = this.#entries;
    const entries = new Map<string, Entry>();
    const opened: PageServer[] = [];
    try {
      for (const [id, config] of Object.entries(configs)) {
        const entry = await this.#enter(id, config, opened);
        if (entry !== undefined) entries.set(id, entry);
      }
    } catch (error) {
      await Promise.all(opened.map((server) => server.close()));
      throw new ConfigError([(error as Error).message]);
    }
    for (const { server, site } of entries.values()) server.site = site;
    this.#entries = entries;
    const kept = new Set([...entries.values()].map(({ server }) => server));
    const left = [...before.values()].filter(({ server }) => !kept.has(server));
    await Promise.all(left.map(({ server }) => server.close()));
  }

  /** To be called after each scrape. */
  publish(): void {
    for (const { site } of this.#entries.values()) {
      for (const page of site.pages.values()) page.follow().catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#entries.values()].map(({ server }) => server.close()));
    this.#entries = new Map();
    await this.#passwords.close();
  }

  /** `undefined`: a place that nobody asked for can't be had. */
  async #enter(id: string, config: PageConfig, opened: PageServer[]): Promise<Entry | undefined> {
    const known = this.#entries.get(id);
    const troubles = new TroubleLog(this.#log, now, { exporter: id });
    const site =
      known !== undefined && isDeepStrictEqual(known.config, config)
        ? known.site
        : await this.#makeSite(id, config, troubles);
    const { host, port } = config.listen;
    const servers = [...this.#entries.values()].map(({ server }) => server).filter(({ isClosed }) => !isClosed);
    const there = servers.find(({ place }) => isDeepStrictEqual(place, config.listen));
    if (there !== undefined && there.kind === kindOf(site.access?.current)) return { config, site, server: there };
    try {
      // With another kind of server in the same place, there is a moment without one.
      await there?.close();
      const server = await PageServer.listen(config.listen, site, this.#log, troubles);
      opened.push(server);
      return { config, site, server };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const why = code === 'EADDRINUSE' ? 'another program listens there' : message;
      const sentence = `metrics can't be served on ${host || '*'}:${port}: ${why}; set exporters.${id}.endpoint`;
      if (config.explicit) throw new Error(sentence, { cause: error });
      this.#log.warn(sentence);
      return undefined;
    }
  }

  async #makeSite(id: string, { profiles, webConfigFile, receivers }: PageConfig, troubles: TroubleLog): Promise<Site> {
    const source = this.#source(receivers);
    const access = webConfigFile === undefined ? undefined : await readAccess(id, webConfigFile);
    if (access?.current.remark !== undefined) this.#log.warn(access.current.remark);
    return new Site({
      pages: expositions(profiles, source),
      access,
      passwords: this.#passwords,
      log: this.#log,
      troubles,
    });
  }
}

async function readAccess(id: string, file: string): Promise<WebAccess> {
  try {
    return await WebAccess.read(file, now);
  } catch (error) {
    const what = error instanceof ConfigError ? error.problems.join('\n  ') : (error as Error).message;
    throw new Error(`exporters.${id}.web_config_file: ${what}`, { cause: error });
  }
}

/** All profiles on one page, and each on its own. */
function expositions(config: ProfilesConfig, source: PageSource): Map<string, Exposition> {
  const all = new Exposition([...makeProfiles(config).values()], source);
  // Each page has its own, as sums that are put together belong to one reader.
  const own = Array.from(makeProfiles(config), ([name, profile]): [string, Exposition] => [
    `/metrics/${name}`,
    new Exposition([profile], source),
  ]);
  return new Map([['/metrics', all], ...own]);
}
