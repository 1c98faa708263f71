import type { Peer } from '../model/device.js';
import { REJECT_AFTER_TIME } from './attempts.js';
import type { PeerDisconnected } from './change.js';
import type { SavedConnection } from './saved/format.js';

type Counters = Pick<Peer, 'receiveBytes' | 'transmitBytes'>;

/** The time during which a peer is active, for the audit trail. */
export class Connection {
  readonly #since: number | undefined;
  /** What the counters stood at when it began. */
  #receive: number;
  #transmit: number;

  /** @param since milliseconds since the epoch. `undefined`: it was there all along */
  constructor(since: number | undefined, { receiveBytes, transmitBytes }: Counters) {
    this.#since = since;
    this.#receive = receiveBytes;
    this.#transmit = transmitBytes;
  }

  /** The counters begin anew; what they had counted is part of it. */
  reset({ receiveBytes, transmitBytes }: Counters): void {
    this.#receive -= receiveBytes;
    this.#transmit -= transmitBytes;
  }

  static restore({ since, receive, transmit }: SavedConnection): Connection {
    return new Connection(since, { receiveBytes: receive, transmitBytes: transmit });
  }

  /** What there is to say at the end of it. */
  end({ receiveBytes, transmitBytes }: Counters): Pick<PeerDisconnected, 'since' | 'receiveBytes' | 'transmitBytes'> {
    return {
      since: this.#since,
      receiveBytes: receiveBytes - this.#receive,
      transmitBytes: transmitBytes - this.#transmit,
    };
  }

  save(): SavedConnection {
    return { since: this.#since, receive: this.#receive, transmit: this.#transmit };
  }
}

/** When a peer ceased to be active: its last session lasted 180 s at most. In milliseconds since the epoch. */
export function disconnectedAt({ lastHandshakeTime }: Peer, now: number): number {
  return lastHandshakeTime === undefined ? now : Math.min(now, lastHandshakeTime + REJECT_AFTER_TIME * 1000);
}
