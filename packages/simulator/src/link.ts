import type { Clock } from './clock.js';
import type { Envelope, LinkEndSetup, Wire } from './link-end.js';
import { LinkEnd } from './link-end.js';
import type { Random } from './random.js';

/** Which messages of a link get lost. */
export type Loss = 'none' | 'all' | 'a-to-b' | 'b-to-a';

/** Pings from a to b. */
export interface LinkTraffic {
  /** In ms. */
  readonly every: number;
  /** Inner size of a packet. */
  readonly bytes: number;
}

/** How a link is made. */
export interface LinkSetup {
  readonly a: LinkEndSetup;
  readonly b: LinkEndSetup;
  /** One-way delay in ms. */
  readonly latency: number;
  readonly traffic: LinkTraffic | undefined;
}

interface LinkEvent {
  readonly at: number;
  run(): void;
}

/** A tunnel with both ends simulated. Nothing runs between reads: state is brought up to the clock when it is asked for. */
export class Link {
  readonly a: LinkEnd;
  readonly b: LinkEnd;
  readonly #clock: Clock;
  readonly #latency: number;
  readonly #traffic: LinkTraffic | undefined;
  #inFlight: LinkEvent[] = [];
  #now: number;
  #nextTraffic: number;
  #handshakes = 0;
  #loss: Loss = 'none';

  constructor(setup: LinkSetup, clock: Clock, random: Random) {
    this.#clock = clock;
    this.#latency = setup.latency;
    this.#traffic = setup.traffic;
    this.#now = clock.now();
    this.#nextTraffic = setup.traffic === undefined ? Infinity : this.#now + setup.traffic.every;
    const wire: Wire = {
      random,
      now: () => this.#now,
      handshakeId: () => ++this.#handshakes,
      catchUp: () => this.#catchUp(),
      act: (change) => this.#act(change),
      post: (from, envelope) => this.#post(from, envelope),
    };
    this.a = new LinkEnd(wire, setup.a);
    this.b = new LinkEnd(wire, setup.b);
    // The end without an endpoint first: it must be there for the other's first initiation.
    this.b.onDevice('open');
    this.a.onDevice('open');
  }

  /** Loses all messages, or those of one direction, from now on. */
  setLoss(loss: Loss): void {
    this.#act(() => {
      this.#loss = loss;
    });
  }

  #act(change: () => void): void {
    this.#catchUp();
    change();
    this.#catchUp();
  }

  #catchUp(): void {
    const until = this.#clock.now();
    for (let event = this.#firstEvent(); event.at <= until; event = this.#firstEvent()) {
      this.#now = event.at;
      event.run();
    }
    this.#now = Math.max(this.#now, until);
  }

  #firstEvent(): LinkEvent {
    const timers = [this.a, this.b].map((end): LinkEvent => {
      const timer = end.firstTimer();
      return timer === undefined ? NEVER : { at: timer.at, run: () => end.expire(timer.name) };
    });
    const traffic: LinkEvent = { at: this.#nextTraffic, run: () => this.#sendTraffic() };
    return [...this.#inFlight.slice(0, 1), ...timers, traffic].reduce((first, event) =>
      event.at < first.at ? event : first,
    );
  }

  #sendTraffic(): void {
    if (this.#traffic === undefined) return;
    this.#nextTraffic += this.#traffic.every;
    this.a.sendNow({ size: this.#traffic.bytes, echo: true, allowedSource: true });
  }

  #post(from: LinkEnd, envelope: Envelope): void {
    const direction: Loss = from === this.a ? 'a-to-b' : 'b-to-a';
    if (this.#loss === 'all' || this.#loss === direction) return;
    const to = from === this.a ? this.b : this.a;
    const deliver = (): void => {
      this.#inFlight.shift();
      to.deliver(envelope);
    };
    this.#inFlight.push({ at: this.#now + this.#latency, run: deliver });
  }
}

const NEVER: LinkEvent = { at: Infinity, run: () => {} };
