import { HASH, type Identity } from '../../model/identity.js';
import type { SpanIds } from '../../model/tunnel.js';

/** The ids of a session's span: the first 16 and the next 8 bytes of SHA-256 over `wireguard.session` in ASCII, the 32 raw
 *  bytes of the device's public key, those of the peer's, and the second of the handshake as a big-endian unsigned integer of
 *  8 bytes. So whoever sees the session finds the same, also after a restart.
 *
 *  @param devicePublicKey base64. `undefined`: the device has none, which adds no bytes
 *  @param peerPublicKey base64
 *  @param handshakeTime milliseconds since the epoch
 *  @param identity with a key of its own, HMAC-SHA-256 takes the place of SHA-256: who does not have it can't tell from the ids
 *    whose session it is */
export function sessionIds(
  devicePublicKey: string | undefined,
  peerPublicKey: string,
  handshakeTime: number,
  identity: Identity = HASH,
): SpanIds {
  const seconds = Buffer.alloc(8);
  seconds.writeBigUInt64BE(BigInt(Math.max(0, Math.floor(handshakeTime / 1000))));
  const hash = identity.digest(
    Buffer.from('wireguard.session'),
    Buffer.from(devicePublicKey ?? '', 'base64'),
    Buffer.from(peerPublicKey, 'base64'),
    seconds,
  );
  return { traceId: hash.slice(0, 32), spanId: hash.slice(32, 48) };
}
