import { runInSlices, systemClock, type Attributes, type Frame } from '@wgotel/core';
import type { ScopeMetrics } from '@opentelemetry/sdk-metrics';
import type { ReceiverConfig } from '../../config/configuration.js';
import { labels } from './names.js';
import { Page } from './page.js';
import { visible, type Profile } from './profiles/profile.js';

/** A receiver at work, as far as pages show it. */
export interface ShownReceiver {
  readonly config: Pick<ReceiverConfig, 'metrics'>;
  readonly resource: Attributes;
  readonly receiver: { readonly frame: Frame | undefined };
}

/** Where pages get what they show. */
export interface PageSource {
  /** By id. */
  receivers(): ReadonlyMap<string, ShownReceiver>;
  /** The agent's own metrics. */
  selfMetrics(): Promise<readonly ScopeMetrics[]>;
}

/** For how long a page is shown where nothing new was read, in milliseconds: the agent's own metrics go on. */
const LONGEST_LIFE = 60_000;

interface Cached {
  readonly frames: readonly (Frame | undefined)[];
  /** On the frames' monotonic clock. */
  readonly until: number;
  readonly page: Promise<Page>;
}

/** Renders what the last scrapes found, once for all who ask for it. */
export class Exposition {
  readonly #profiles: readonly Profile[];
  readonly #source: PageSource;
  readonly #now: () => number;
  #cached: Cached | undefined;
  #work: Promise<unknown> = Promise.resolve();

  /** @param profiles what is on the page, in this order
   *  @param now milliseconds of the clock that frames are stamped with */
  constructor(profiles: readonly Profile[], source: PageSource, now: () => number = () => systemClock.monotonic()) {
    this.#profiles = profiles;
    this.#source = source;
    this.#now = now;
  }

  /** The page of the last scrapes. What was read too long ago is not on it, also where nothing is read any longer. */
  page(): Promise<Page> {
    const receivers = this.#source.receivers();
    const frames = [...receivers.values()].map(({ receiver }) => receiver.frame);
    const now = this.#now();
    const cached = this.#cached;
    if (cached !== undefined && now <= cached.until && isSame(cached.frames, frames)) return cached.page;
    // One after the other: sums that are put together know one walk at a time.
    const page = this.#work.then(() => this.#render(receivers, now));
    this.#work = page.catch(() => undefined);
    this.#cached = {
      frames,
      until: Math.min(now + LONGEST_LIFE, ...frames.map((frame) => goodUntil(frame, now))),
      page,
    };
    return page;
  }

  /** For how long the page of now is good, in milliseconds. */
  get lifetime(): number {
    return this.#cached === undefined ? 0 : Math.max(0, this.#cached.until - this.#now());
  }

  /** To be called after each scrape. Lets go of the page of the one before, and renders one where that can't wait: sums that
   *  are put together would miss what comes and goes between two pages. */
  async follow(): Promise<void> {
    this.#cached = undefined;
    const receivers = [...this.#source.receivers().values()];
    if (this.#profiles.some((profile) => receivers.some(({ config }) => profile.addsUp?.(config)))) await this.page();
  }

  async #render(receivers: ReadonlyMap<string, ShownReceiver>, now: number): Promise<Page> {
    const page = new Page();
    for (const profile of this.#profiles) {
      for (const [id, receiver] of receivers) {
        const { frame } = receiver.receiver;
        if (frame === undefined) continue;
        const own = receivers.size > 1 ? labels([['wgotel_receiver', id]]) : '';
        const shown = { receiver, metrics: receiver.config.metrics, frame, now, labels: own };
        await runInSlices(profile.write(shown, page));
      }
      if (profile.writeAgent === undefined) continue;
      profile.writeAgent({ resource: commonResource(receivers), selfMetrics: await this.#source.selfMetrics() }, page);
    }
    return page;
  }
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}

/** When the first of the devices that are visible now will be no longer. */
function goodUntil(frame: Frame | undefined, now: number): number {
  if (frame === undefined) return Infinity;
  return Math.min(...Array.from(visible(frame, now), ({ readMonotonicTime }) => readMonotonicTime + frame.maxAge));
}

/** The attributes that the resources of all receivers agree on. */
function commonResource(receivers: ReadonlyMap<string, ShownReceiver>): Attributes {
  const [first = {}, ...others] = [...receivers.values()].map(({ resource }) => resource);
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => others.every((other) => other[name] === value)),
  );
}
