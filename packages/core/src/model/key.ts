import { HASH, type Identity } from './identity.js';

/** Tells a peer without showing its key: the first 16 hex digits of SHA-256 over the 32 raw bytes of its public key.
 *  The same on metrics, events and spans, and on every host that knows the peer.
 *
 *  @param publicKey base64, 44 characters
 *  @param identity with a key of its own, HMAC-SHA-256 takes the place of SHA-256 */
export function peerId(publicKey: string, identity: Identity = HASH): string {
  return identity.digest(Buffer.from(publicKey, 'base64')).slice(0, 16);
}

/** Tells the tunnel between two ends: the first 16 hex digits of SHA-256 over the raw public keys of both, the smaller one
 *  first, so that both ends find the same alone. It names a pair of keys: with a new key it is another tunnel.
 *
 *  @param own of the device, base64. `undefined`: it has none, so there is no id
 *  @param other of the peer, base64
 *  @param identity see {@link peerId} */
export function tunnelId(own: string | undefined, other: string, identity: Identity = HASH): string | undefined {
  if (own === undefined) return undefined;
  const keys = [Buffer.from(own, 'base64'), Buffer.from(other, 'base64')].toSorted((a, b) => Buffer.compare(a, b));
  return identity.digest(...keys).slice(0, 16);
}
