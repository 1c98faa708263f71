import { attemptsIn, containsData, REKEY_TIMEOUT } from './attempts.js';
import type { FailedAttempt, StaleReason } from './frame.js';
import type { SavedEvidence } from './saved/format.js';

/** What happened between two readings of a peer without a handshake. */
export interface Interval {
  readonly received: number;
  readonly sent: number;
  /** Milliseconds between the two readings. */
  readonly length: number;
  /** Whether no session could carry data any more, from the earlier reading on. */
  readonly sessionOver: boolean;
  /** Ours, in seconds. */
  readonly keepalive: number | undefined;
}

/** Attempts come every 5 s at the earliest, so this many of them take a minute. */
const IN_VAIN = 60 / REKEY_TIMEOUT + 1;
const UNANSWERED_SCRAPES = 2;
const UNANSWERED_MILLIS = 30_000;

/** Gathers evidence that a peer is out of reach, from its counters alone. It is thrown away at the next handshake. */
export class Evidence {
  /** Attempts since the last handshake. */
  #attempts: Record<FailedAttempt, number> = { initiating_in_vain: 0, responding_in_vain: 0 };
  /** Whether the last attempt may still succeed: it was made since the reading before. */
  #pending: Record<FailedAttempt, boolean> = { initiating_in_vain: false, responding_in_vain: false };
  /** How long, and over how many readings, nothing has come back since data was sent. */
  #unanswered: { millis: number; scrapes: number } | undefined;

  static restore({ attempts, pending, unanswered }: SavedEvidence): Evidence {
    const evidence = new Evidence();
    evidence.#attempts = attempts;
    evidence.#pending = pending;
    evidence.#unanswered = unanswered;
    return evidence;
  }

  save(): SavedEvidence {
    return { attempts: this.#attempts, pending: this.#pending, unanswered: this.#unanswered };
  }

  /** Takes one more interval without a handshake in. Returns the attempts now known to have failed; `undefined`: none. */
  observe(interval: Interval): Record<FailedAttempt, number> | undefined {
    const { received, sent, length, sessionOver } = interval;
    if (received > 0) this.#unanswered = undefined;
    else if (this.#unanswered !== undefined) {
      this.#unanswered.scrapes++;
      this.#unanswered.millis += length;
    }
    if (!sessionOver && received === 0 && containsData(sent, length / 1000, interval.keepalive)) {
      this.#unanswered ??= { millis: 0, scrapes: 0 };
    }
    const attempts = sessionOver ? attemptsIn(received, sent, length / 1000) : undefined;
    const initiating = this.#count('initiating_in_vain', attempts?.initiations ?? 0);
    const responding = this.#count('responding_in_vain', attempts?.responses ?? 0);
    if (initiating === 0 && responding === 0) return undefined;
    return { initiating_in_vain: initiating, responding_in_vain: responding };
  }

  /** Why the peer must be taken for out of reach. `undefined`: the evidence does not suffice. */
  reason(): StaleReason | undefined {
    // That we hear the peer says more than that we do not, so it comes first.
    if (this.#attempts.responding_in_vain >= IN_VAIN) return 'responding_in_vain';
    if (this.#attempts.initiating_in_vain >= IN_VAIN) return 'initiating_in_vain';
    const unanswered = this.#unanswered;
    if (unanswered === undefined) return undefined;
    return unanswered.scrapes >= UNANSWERED_SCRAPES && unanswered.millis >= UNANSWERED_MILLIS
      ? 'unanswered'
      : undefined;
  }

  #count(kind: FailedAttempt, attempts: number): number {
    const failed = attempts + Number(this.#pending[kind]) - Number(attempts > 0);
    this.#pending[kind] = attempts > 0;
    this.#attempts[kind] += attempts;
    return failed;
  }
}
