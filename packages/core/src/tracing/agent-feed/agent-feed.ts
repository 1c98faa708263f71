import { setTimeout as delay } from 'node:timers/promises';
import { diag, type DiagLogger } from '@opentelemetry/api';
import { isWireGuardError, WireGuardError } from '../../errors.js';
import { harmless } from '../../model/harmless-log.js';
import { Listeners } from '../../model/listeners.js';
import { runInSlices } from '../../model/slices.js';
import { untraced } from '../../model/suppress-tracing.js';
import type { TunnelFeed, TunnelView } from '../../model/tunnel.js';
import { SCOPE } from '../../signals/names.js';
import { readTunnels } from './connection.js';
import { ToldTunnels } from './told-tunnels.js';

export interface AgentFeedOptions {
  /** The agent's socket. Default: `/run/wgotel/state/wgotel.sock`. */
  readonly path?: string | undefined;
}

/** The tunnels as the agent on this host sees them. */
export interface AgentFeed extends TunnelFeed {
  /** Ends the connection. From then on there are no tunnels. */
  close(): void;
}

const DEFAULT_PATH = '/run/wgotel/state/wgotel.sock';

/** Intervals of the agent without a frame after which nothing is known any more. */
const PATIENCE = 3;
const LEAST_PATIENCE = 1000;
/** For the first frame, in milliseconds: it takes long with many tunnels. */
const FIRST_PATIENCE = 30_000;

const FIRST_RETRY = 100;
const LAST_RETRY = 10_000;
/** A connection that lasted this long was a good one, in milliseconds. */
const GOOD = 10_000;

const NOTHING: readonly TunnelView[] = [];

/** Connects to the agent's state socket with the first question, again and again for as long as it has to, and tells of
 *  tunnels without any privilege but to open that socket:
 *
 *  ```ts
 *  const feed = createAgentFeed();
 *  feed.onChange(() => console.log(feed.current()));
 *  ```
 *
 *  What the agent said last holds for three of its intervals, also while it starts again; then there are no tunnels until it
 *  speaks again. Nothing here throws, keeps the process alive or is traced. Trouble is logged through the API's `diag`, once
 *  when it begins and once when it is over. */
export function createAgentFeed({ path = DEFAULT_PATH }: AgentFeedOptions = {}): AgentFeed {
  return new SocketFeed(path);
}

class SocketFeed implements AgentFeed {
  readonly #path: string;
  readonly #log: DiagLogger = harmless(diag.createComponentLogger({ namespace: SCOPE.name }));
  readonly #listeners = new Listeners();
  readonly #closed = new AbortController();
  #views = NOTHING;
  #begun = false;
  #connection: AbortController | undefined;
  #expiry: NodeJS.Timeout | undefined;
  /** Codes of the trouble that goes on and was said. */
  readonly #said = new Set<string>();

  constructor(path: string) {
    this.#path = path;
  }

  current(): readonly TunnelView[] {
    this.#begin();
    return this.#views;
  }

  onChange(listener: () => void): () => void {
    this.#begin();
    return this.#listeners.add(listener);
  }

  close(): void {
    this.#closed.abort();
    this.#connection?.abort();
    clearTimeout(this.#expiry);
    this.#show(NOTHING);
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    void untraced(() => this.#run());
  }

  async #run(): Promise<void> {
    const { signal } = this.#closed;
    for (let retry = FIRST_RETRY; !signal.aborted; retry = Math.min(2 * retry, LAST_RETRY)) {
      const begun = performance.now();
      const trouble = await this.#follow();
      if (signal.aborted) return;
      this.#report(trouble);
      if (performance.now() - begun > GOOD) retry = FIRST_RETRY;
      // Many applications that wait for one agent are not to come all at once.
      await delay(retry * (0.5 + Math.random() / 2), undefined, { ref: false, signal }).catch(() => undefined);
    }
  }

  /** Follows one connection to its end, and returns what that was. */
  async #follow(): Promise<Error> {
    const connection = new AbortController();
    this.#connection = connection;
    const { signal } = connection;
    const hangUp = (): void => connection.abort(new WireGuardError('TIMEOUT', 'the agent has gone silent, or is none'));
    let watchdog = setTimeout(hangUp, FIRST_PATIENCE).unref();
    const table = new ToldTunnels(this.#views, (views) => {
      const patience = Math.max(PATIENCE * table.header!.interval, LEAST_PATIENCE);
      clearTimeout(watchdog);
      watchdog = setTimeout(hangUp, patience).unref();
      clearTimeout(this.#expiry);
      this.#expiry = setTimeout(() => this.#show(NOTHING), patience).unref();
      if (this.#said.size > 0) this.#log.info(`${this.#path}: the agent tells of its tunnels again`);
      this.#said.clear();
      this.#show(views);
    });
    try {
      for await (const chunk of readTunnels(this.#path, signal)) {
        await runInSlices(table.take(chunk));
        if (signal.aborted) break;
      }
      return new WireGuardError('CONNECTION_FAILED', 'the agent has ended the connection');
    } catch (error) {
      return (signal.aborted ? signal.reason : error) as Error;
    } finally {
      clearTimeout(watchdog);
    }
  }

  #report(trouble: Error): void {
    const code = isWireGuardError(trouble) ? trouble.code : trouble.name;
    if (this.#said.has(code)) return;
    this.#said.add(code);
    this.#log.warn(`${this.#path}: nothing is known of tunnels: ${trouble.message}`);
  }

  #show(views: readonly TunnelView[]): void {
    if (views === this.#views || (this.#closed.signal.aborted && views !== NOTHING)) return;
    this.#views = views;
    this.#listeners.tell();
  }
}
