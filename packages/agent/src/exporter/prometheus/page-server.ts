import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import { networkInterfaces } from 'node:os';
import type { ListenConfig } from '../../config/configuration.js';
import type { Logger } from '../../log.js';
import type { TroubleLog } from '../../trouble-log.js';
import { closeServer, kindOf, listenAt, type ServerKind } from './http-server.js';
import type { Site } from './site.js';
import type { Access } from './web-config/web-access.js';

/** How often the addresses of an interface are looked at, in milliseconds. */
const LOOK_EVERY = 1000;

/** Serves a site in one place: at an address, or at those that a network interface has at the time. */
export class PageServer {
  readonly place: ListenConfig;
  readonly kind: ServerKind;
  readonly #log: Logger;
  readonly #troubles: TroubleLog;
  readonly #servers = new Map<string, Server>();
  #site: Site;
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(place: ListenConfig, site: Site, log: Logger, troubles: TroubleLog) {
    this.place = place;
    this.kind = kindOf(site.access?.current);
    this.#site = site;
    this.#log = log;
    this.#troubles = troubles;
  }

  /** Begins to listen, as far as there is an address. Rejects with the error of the system if it can't. */
  static async listen(place: ListenConfig, site: Site, log: Logger, troubles: TroubleLog): Promise<PageServer> {
    const server = new PageServer(place, site, log, troubles);
    try {
      if (place.isInterface) await server.#follow();
      else await server.#open(place.host);
    } catch (error) {
      await server.close();
      throw error;
    }
    if (place.isInterface) server.#watch();
    return server;
  }

  /** What is served from now on. */
  set site(site: Site) {
    this.#site = site;
    this.#renew();
  }

  /** Where it listens now, as URLs. */
  get urls(): string[] {
    const scheme = this.kind === 'plain' ? 'http' : 'https';
    return [...this.#servers.keys()].map((host) => {
      return `${scheme}://${host === '' ? '*' : host.includes(':') ? `[${host}]` : host}:${this.place.port}`;
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#work;
    await Promise.all([...this.#servers.values()].map(closeServer));
    this.#servers.clear();
  }

  async #open(host: string): Promise<void> {
    const { port } = this.place;
    const access = (): Access | undefined => this.#site.access?.current;
    const server = await listenAt(
      { host, port },
      access,
      (request, response) => void this.#site.answer(request, response),
      this.#troubles,
    );
    server.on('connection', () => void this.#refresh());
    this.#servers.set(host, server);
  }

  #watch(): void {
    const { host: name, port } = this.place;
    if (this.#servers.size === 0)
      this.#log.info(`${name} has no address yet: metrics will be served there once it has`);
    this.#timer = setInterval(() => {
      this.#work = this.#work.then(async () => {
        try {
          if (!this.#isClosed) await this.#follow();
          this.#troubles.over(['interface'], `metrics are served on ${name} again`, {});
        } catch (error) {
          const { code, message } = error as NodeJS.ErrnoException;
          this.#troubles.seen(
            'interface',
            `metrics can't be served on ${name}:${port}`,
            { why: code ?? message },
            true,
          );
        }
      });
    }, LOOK_EVERY).unref();
  }

  /** Opens and closes as the interface got and lost addresses: one that is another interface's now is none to listen at. */
  async #follow(): Promise<void> {
    const wanted = addressesOf(this.place.host);
    for (const [address, server] of this.#servers) {
      if (wanted.includes(address)) continue;
      this.#servers.delete(address);
      await closeServer(server);
    }
    for (const address of wanted) if (!this.#servers.has(address)) await this.#open(address);
  }

  /** Takes up certificates and users that have changed. */
  async #refresh(): Promise<void> {
    const { access } = this.#site;
    if (access === undefined) return;
    try {
      if (!(await access.refresh())) return;
      this.#log.info('the web configuration was read again');
      if (access.current.remark !== undefined) this.#log.warn(access.current.remark);
      if (kindOf(access.current) === this.kind) this.#renew();
      else this.#log.warn('that TLS or client certificates begin or end there takes a reload');
    } catch (error) {
      this.#log.warn('the old web configuration stays: the new one can not be used', {
        error: (error as Error).message,
      });
    }
  }

  #renew(): void {
    const tls = this.#site.access?.current.tls;
    if (tls === undefined || this.kind === 'plain') return;
    for (const server of this.#servers.values()) (server as unknown as TlsServer).setSecureContext(tls.context);
  }
}

/** Link-local ones are left out: nobody is told to ask there. */
function addressesOf(name: string): string[] {
  return (networkInterfaces()[name] ?? []).map(({ address }) => address).filter((address) => !/^fe80:/i.test(address));
}
