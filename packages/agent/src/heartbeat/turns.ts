import type { Series } from '@wgotel/core';

/** From one reading to the next, in milliseconds since the epoch. */
export interface Stretch {
  /** `undefined`: there was none before, or what was sent by then does not count. */
  readonly from: number | undefined;
  readonly to: number;
}

/** Says when it is whose turn to be sent although nothing changed: once in each heartbeat, each peer at an instant of its
 *  own, so that the scrapes in between have about the same to send. */
export class Turns {
  readonly #heartbeat: number;

  /** @param heartbeat in milliseconds */
  constructor(heartbeat: number) {
    this.#heartbeat = heartbeat;
  }

  /** How far before whole heartbeats since the epoch a peer's turns come, in milliseconds. Its id is a hash. */
  phaseOf({ peerId }: Series): number {
    return peerId === undefined ? 0 : (Number.parseInt(peerId.slice(0, 8), 16) / 2 ** 32) * this.#heartbeat;
  }

  /** Whether a turn came in a stretch. */
  isDue({ from, to }: Stretch, phase: number): boolean {
    return from === undefined || this.#count(from + phase) !== this.#count(to + phase);
  }

  #count(time: number): number {
    return Math.floor(time / this.#heartbeat);
  }
}
