/**
 * Constants of the WireGuard protocol. Section numbers are those of the paper,
 * https://www.wireguard.com/papers/wireguard.pdf; messages are described at https://www.wireguard.com/protocol/.
 */

/** First handshake message, section 5.4.2, in bytes. */
export const INITIATION_BYTES = 148;
/** Second handshake message, section 5.4.3, in bytes. */
export const RESPONSE_BYTES = 92;
/** A data message without content, section 5.4.6, in bytes. */
export const KEEPALIVE_BYTES = 32;

const PADDING = 16;
const MTU = 1420;

/** Returns the length on the wire of a packet of `size` inner bytes: padded to 16, never beyond the MTU; 0 is a keepalive. */
export function dataMessageBytes(size: number): number {
  return KEEPALIVE_BYTES + Math.max(size, Math.min(MTU, Math.ceil(size / PADDING) * PADDING));
}

// Timers, section 6.1, in milliseconds.
export const REKEY_AFTER_TIME = 120_000;
export const REJECT_AFTER_TIME = 180_000;
export const REKEY_TIMEOUT = 5_000;
export const KEEPALIVE_TIMEOUT = 10_000;

/** Upper bound of the random addition to a retry, section 6.4 (a third of a second). */
export const REKEY_JITTER = 333;

/** Initiations in vain before giving up, section 6.4: REKEY_ATTEMPT_TIME of 90 s makes 20 of them in practice. */
export const MAX_ATTEMPTS = 20;

/** Packets kept while a handshake is under way (`MAX_STAGED_PACKETS` of the Linux kernel). */
export const MAX_STAGED_PACKETS = 128;
