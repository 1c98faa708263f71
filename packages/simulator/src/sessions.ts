import { REJECT_AFTER_TIME } from './protocol.js';

/** Keys agreed on in one handshake; `id` is that of its initiation. */
export interface Session {
  readonly id: number;
  readonly createdAt: number;
  readonly initiator: boolean;
}

/** The three slots in which WireGuard keeps keys while they replace each other. */
export class Sessions {
  #current: Session | undefined;
  #previous: Session | undefined;
  #next: Session | undefined;

  /** Takes in what a handshake gave. A responder may use it only once a first data message confirmed it. */
  add(session: Session): void {
    if (session.initiator) {
      this.#previous = this.#next ?? this.#current;
      this.#next = undefined;
      this.#current = session;
    } else {
      this.#next = session;
      this.#previous = undefined;
    }
  }

  /** Returns the session to send with, or undefined if there is none young enough. */
  current(now: number): Session | undefined {
    return isAlive(this.#current, now) ? this.#current : undefined;
  }

  /** Returns whether a data message of session `id` is accepted. */
  accepts(id: number, now: number): boolean {
    return [this.#current, this.#previous, this.#next].some((session) => session?.id === id && isAlive(session, now));
  }

  /** Makes the waiting session current if `id` is its; returns whether it was. */
  confirm(id: number): boolean {
    if (this.#next?.id !== id) return false;
    this.#previous = this.#current;
    this.#current = this.#next;
    this.#next = undefined;
    return true;
  }

  clear(): void {
    this.#current = this.#previous = this.#next = undefined;
  }
}

const isAlive = (session: Session | undefined, now: number): boolean =>
  session !== undefined && now - session.createdAt < REJECT_AFTER_TIME;
