import type { Peer } from '../model/device.js';
import { REJECT_AFTER_TIME } from './attempts.js';
import type { Expectation, PeerView, StaleReason } from './frame.js';

/** What is known of a peer beside what was read. Times are in milliseconds. */
export interface Knowledge {
  readonly expectation: Expectation;
  /** Since the last handshake. `undefined`: there was none. */
  readonly sinceHandshake: number | undefined;
  readonly sinceAppeared: number;
  /** Why the peer must be taken for out of reach. `undefined`: no reason. */
  readonly evidence: StaleReason | undefined;
  /** Two scrape intervals. */
  readonly tolerance: number;
  /** In place of the protocol's own time. */
  readonly staleAfter: number | undefined;
}

type Judgement = Pick<PeerView, 'state' | 'reason'>;

const ACTIVE: Judgement = { state: 'active', reason: undefined };
const NEVER: Judgement = { state: 'never', reason: undefined };
const IDLE: Judgement = { state: 'idle', reason: undefined };
const STALE: Readonly<Record<StaleReason, Judgement>> = {
  expired: { state: 'stale', reason: 'expired' },
  unanswered: { state: 'stale', reason: 'unanswered' },
  initiating_in_vain: { state: 'stale', reason: 'initiating_in_vain' },
  responding_in_vain: { state: 'stale', reason: 'responding_in_vain' },
};

/** Decides a peer's state: the rules of {@link PeerView.state}. */
export function judge(peer: Peer, known: Knowledge): Judgement {
  const { expectation, sinceHandshake, sinceAppeared, evidence, tolerance, staleAfter } = known;
  if (evidence !== undefined && expectation !== 'on_demand') return STALE[evidence];
  const lifetime = staleAfter ?? (REJECT_AFTER_TIME + (peer.persistentKeepaliveInterval ?? 0)) * 1000 + tolerance;
  const isFresh = (sinceHandshake ?? sinceAppeared) < lifetime;
  if (isFresh && sinceHandshake !== undefined && evidence === undefined) return ACTIVE;
  if (!isFresh && expectation === 'always') return STALE.expired;
  if (sinceHandshake === undefined && peer.receiveBytes === 0 && evidence === undefined) return NEVER;
  return IDLE;
}
