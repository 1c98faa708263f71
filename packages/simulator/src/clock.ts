/** Where the simulator's time comes from. */
export interface Clock {
  /** Returns ms since the epoch. */
  now(): number;
  /** Runs something once, `ms` from now; returns what calls it off. */
  after(ms: number, run: () => Promise<void>): () => void;
}

/** The wall clock. */
export const realClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(() => void run(), ms);
    return () => clearTimeout(timer);
  },
};

interface Appointment {
  readonly at: number;
  run(): Promise<void>;
}

/** A clock that stands still until it is told to go on. */
export class VirtualClock implements Clock {
  #now: number;
  readonly #appointments = new Set<Appointment>();

  constructor(startTime: number) {
    this.#now = startTime;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => Promise<void>): () => void {
    const appointment = { at: this.#now + ms, run };
    this.#appointments.add(appointment);
    return () => this.#appointments.delete(appointment);
  }

  /** Goes on by `ms`, stopping at each appointment on the way until it is done. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (let next = this.#first(); next !== undefined && next.at <= until; next = this.#first()) {
      this.#appointments.delete(next);
      this.#now = next.at;
      await next.run();
    }
    this.#now = until;
  }

  #first(): Appointment | undefined {
    let first: Appointment | undefined;
    for (const appointment of this.#appointments) if (!first || appointment.at < first.at) first = appointment;
    return first;
  }
}
