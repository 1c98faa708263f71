/** The timers of a peer, section 6 of https://www.wireguard.com/papers/wireguard.pdf. */
export type TimerName = 'retransmit' | 'passiveKeepalive' | 'newHandshake' | 'persistentKeepalive';

/** A timer and the time at which it is due, in ms. */
export interface DueTimer {
  readonly name: TimerName;
  readonly at: number;
}

/** Keeps the due times of one peer's timers; firing them is the caller's part. */
export class Timers {
  readonly #due = new Map<TimerName, number>();

  set(name: TimerName, at: number): void {
    this.#due.set(name, at);
  }

  /** Sets a timer unless it already runs. */
  setOnce(name: TimerName, at: number): void {
    if (!this.#due.has(name)) this.#due.set(name, at);
  }

  cancel(name: TimerName): void {
    this.#due.delete(name);
  }

  cancelAll(): void {
    this.#due.clear();
  }

  /** Returns the timer that is due first, or undefined if none runs. */
  first(): DueTimer | undefined {
    let first: DueTimer | undefined;
    for (const [name, at] of this.#due) {
      if (first === undefined || at < first.at) first = { name, at };
    }
    return first;
  }
}
