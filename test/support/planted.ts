import { peerId, sessionIds, tunnelId } from '@wgotel/core';
import { KeySearch } from '../core/secrets/search.js';

/** What an output may tell of who a peer is:
 *  - `id`, `tunnel`, `session`: ids that whoever has the public keys can find for himself
 *  - `key`: a public key, or a part of it
 *  - `name`: of a peer */
export type Telling = 'id' | 'key' | 'name' | 'session' | 'tunnel';

export interface PlantedPeer {
  readonly publicKey: string;
  readonly name: string;
}

export interface Planted {
  readonly devicePublicKey: string;
  readonly peers: readonly PlantedPeer[];
  /** Milliseconds since the epoch. */
  readonly handshakes: readonly number[];
}

/** Finds what a text tells of planted peers, sorted. */
export function tellingsOf(text: string, { devicePublicKey, peers, handshakes }: Planted): Telling[] {
  const keys = [devicePublicKey, ...peers.map(({ publicKey }) => publicKey)];
  const search = new KeySearch(keys.map((key) => Buffer.from(key, 'base64').toString('hex')));
  const sessions = peers.flatMap(({ publicKey }) =>
    handshakes.flatMap((time) => Object.values(sessionIds(devicePublicKey, publicKey, time)) as string[]),
  );
  const planted: Readonly<Record<Exclude<Telling, 'key'>, readonly string[]>> = {
    id: peers.map(({ publicKey }) => peerId(publicKey)),
    name: peers.map(({ name }) => name),
    session: sessions,
    tunnel: peers.map(({ publicKey }) => tunnelId(devicePublicKey, publicKey)!),
  };
  const found = Object.entries(planted).filter(([, words]) => words.some((word) => text.includes(word)));
  return [
    ...found.map(([telling]) => telling as Telling),
    ...(search.inText(text) ? (['key'] as const) : []),
  ].toSorted();
}
