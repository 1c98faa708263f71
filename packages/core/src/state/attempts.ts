/** Reads handshake attempts and data out of byte counters, by the sizes of WireGuard's messages on the wire.
 *  Source: https://www.wireguard.com/protocol/ and the counters of kernel WireGuard and wireguard-go, which count
 *  handshake messages on the peer. */

const INITIATION = 148;
const RESPONSE = 92;
const KEEPALIVE = 32;

/** WireGuard answers data with a keepalive if there is nothing else to send, and notes to do so once more if more data
 *  came meanwhile: two of them may follow the last data received. */
const PASSIVE_KEEPALIVES = 2;

/** Seconds between two initiations, at least. */
export const REKEY_TIMEOUT = 5;

/** After this many seconds a session carries nothing any more. */
export const REJECT_AFTER_TIME = 180;

export interface Attempts {
  /** Handshakes we began. */
  readonly initiations: number;
  /** Handshakes of the peer that we answered. */
  readonly responses: number;
}

/** Takes apart what went over the wire while no session could carry data: we received whole initiations, and sent whole
 *  initiations of our own and a response to each of theirs. `undefined`: the bytes do not add up to that, or to
 *  more than there was time for, so something else was among them. */
export function attemptsIn(received: number, sent: number, seconds: number): Attempts | undefined {
  const responses = received / INITIATION;
  const initiations = (sent - RESPONSE * responses) / INITIATION;
  const most = mostAttempts(seconds);
  const isWhole = Number.isInteger(responses) && Number.isInteger(initiations);
  return isWhole && initiations >= 0 && initiations <= most && responses <= most
    ? { initiations, responses }
    : undefined;
}

function mostAttempts(seconds: number): number {
  return Math.floor(seconds / REKEY_TIMEOUT) + 1;
}

/** Whether there must have been data among bytes sent while nothing was received. Keepalives and initiations that may
 *  have been sent in the time are given the benefit of the doubt: neither has to be answered with data.
 *
 *  Keepalives and data are multiples of 16 bytes and initiations are 4 more, so the remainder tells the number of
 *  initiations up to a multiple of 4. */
export function containsData(sent: number, seconds: number, keepalive: number | undefined): boolean {
  const mostInitiations = Math.min(mostAttempts(seconds), Math.floor(sent / INITIATION));
  const remainder = (sent / 4) % 4;
  const initiations = mostInitiations - ((((mostInitiations - remainder) % 4) + 4) % 4);
  if (initiations < 0) return true;
  const persistent = keepalive === undefined ? 0 : Math.floor(seconds / keepalive) + 1;
  return sent - INITIATION * initiations > KEEPALIVE * (persistent + PASSIVE_KEEPALIVES);
}
