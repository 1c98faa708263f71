import { createHash } from 'node:crypto';

/** Tells a peer without showing its key: the first 16 hex digits of SHA-256 over the 32 raw bytes of its public key.
 *  The same on metrics, events and spans, and on every host that knows the peer.
 *
 *  @param publicKey base64, 44 characters */
export function peerId(publicKey: string): string {
  return createHash('sha256').update(publicKey, 'base64').digest('hex').slice(0, 16);
}
