import { INITIATION_BYTES, KEEPALIVE_BYTES, REKEY_AFTER_TIME, REKEY_TIMEOUT, RESPONSE_BYTES } from './protocol.js';
import { dataMessageBytes, MAX_ATTEMPTS } from './protocol.js';
import type { Random } from './random.js';

/**
 * What a simulated peer does: `steady` has data both ways and rekeys every two minutes; `idle` has no traffic beyond
 * keepalives; `roaming` is steady and changes its endpoint; `phone` sleeps most of the time, and wakes up on another network;
 * `dead` initiates in vain; `resetting` is steady and is now and then removed and added again, so that its counters start at 0.
 */
export type Behaviour = 'steady' | 'idle' | 'roaming' | 'phone' | 'dead' | 'resetting';

/** How often each behaviour occurs, as weights relative to each other; one left out does not occur. */
export type Mix = Partial<Record<Behaviour, number>>;

/** What tells peers of one behaviour apart, drawn once per peer. Times are in ms. */
export interface Traits {
  readonly initiator: boolean;
  /** In seconds; 0 is off. */
  readonly persistentKeepalive: number;
  /** Time from the device's creation to the first handshake; Infinity if there is never one. */
  readonly firstHandshake: number;
  readonly rekeyPeriod: number;
  readonly packetBytes: number;
  /** Packets per ms. */
  readonly receiveRate: number;
  readonly transmitRate: number;
  /** Time between two changes of a kind that belongs to the behaviour: of endpoint, from waking to waking, or from reset to
   *  reset. */
  readonly changePeriod: number;
}

/** A peer's activity since its device was created. */
export interface Activity {
  /** In ms since the device's creation; undefined before the first handshake. */
  readonly handshake: number | undefined;
  readonly txBytes: number;
  readonly rxBytes: number;
  /** Changes of endpoint so far. */
  readonly moves: number;
}

/** Keepalive interval of peers that have one, in seconds. */
const KEEPALIVE_SECONDS = 25;
const KEEPALIVE_PERIOD = KEEPALIVE_SECONDS * 1000;

const NOTHING: Activity = { handshake: undefined, txBytes: 0, rxBytes: 0, moves: 0 };

// A retry comes 5 s and up to a third of a second after the one before.
const RETRY_PERIOD = REKEY_TIMEOUT + 167;
// After giving up, the persistent keepalive starts the next round.
const ROUND = (MAX_ATTEMPTS - 1) * RETRY_PERIOD + KEEPALIVE_PERIOD;

/** The part of the time that a phone is awake. */
const AWAKE = 0.1;

/** Draws the traits of a peer. */
export function drawTraits(behaviour: Behaviour, random: Random): Traits {
  const traits = drawCommonTraits(behaviour, random);
  // It keeps itself alive, and comes when it likes to.
  return behaviour === 'phone'
    ? {
        ...traits,
        initiator: false,
        persistentKeepalive: 0,
        firstHandshake: random.between(0, 5 * traits.changePeriod),
        changePeriod: 5 * traits.changePeriod,
      }
    : traits;
}

function drawCommonTraits(behaviour: Behaviour, random: Random): Traits {
  const kept = behaviour === 'dead' || random.chance(0.5);
  const absent = (behaviour === 'dead' || (behaviour === 'idle' && !kept)) && random.chance(0.5);
  return {
    initiator: behaviour === 'dead' || random.chance(0.5),
    persistentKeepalive: kept ? KEEPALIVE_SECONDS : 0,
    firstHandshake: absent ? Infinity : random.between(0, REKEY_AFTER_TIME),
    rekeyPeriod: random.between(REKEY_AFTER_TIME, REKEY_AFTER_TIME + 10_000),
    packetBytes: dataMessageBytes(60 + random.integer(1361)),
    receiveRate: 10 ** random.between(-4.5, -1.5),
    transmitRate: 10 ** random.between(-4.5, -1.5),
    changePeriod: random.between(120_000, 1_200_000),
  };
}

/** The activity of each behaviour after `elapsed` ms, in closed form. */
export const activityOf: Record<Behaviour, (traits: Traits, elapsed: number) => Activity> = {
  steady,
  idle: (traits, elapsed) => (traits.persistentKeepalive > 0 ? keptAlive(traits, elapsed) : silent(traits, elapsed)),
  roaming: (traits, elapsed) => ({ ...steady(traits, elapsed), moves: Math.floor(elapsed / traits.changePeriod) }),
  phone,
  dead,
  resetting(traits, elapsed) {
    const since = elapsed % traits.changePeriod;
    const { handshake, ...activity } = steady(traits, since);
    return { ...activity, handshake: handshake === undefined ? undefined : handshake + elapsed - since };
  },
};

function steady(traits: Traits, elapsed: number): Activity {
  const active = elapsed - traits.firstHandshake;
  if (active < 0) return NOTHING;
  const rekeys = Math.floor(active / traits.rekeyPeriod);
  // An initiator confirms each session with a keepalive.
  const initiating = (rekeys + 1) * (INITIATION_BYTES + KEEPALIVE_BYTES);
  const responding = (rekeys + 1) * RESPONSE_BYTES;
  const sent = Math.floor(active * traits.transmitRate) * traits.packetBytes;
  const received = Math.floor(active * traits.receiveRate) * traits.packetBytes;
  return {
    handshake: traits.firstHandshake + rekeys * traits.rekeyPeriod,
    txBytes: sent + (traits.initiator ? initiating : responding),
    rxBytes: received + (traits.initiator ? responding : initiating),
    moves: 0,
  };
}

/** Steady while it is awake, and silent while it sleeps. */
function phone(traits: Traits, elapsed: number): Activity {
  const active = elapsed - traits.firstHandshake;
  if (active < 0) return NOTHING;
  const { changePeriod } = traits;
  const wakes = Math.floor(active / changePeriod);
  const awake = { ...traits, firstHandshake: 0 };
  const before = steady(awake, changePeriod * AWAKE);
  const now = steady(awake, Math.min(active % changePeriod, changePeriod * AWAKE));
  return {
    handshake: traits.firstHandshake + wakes * changePeriod + now.handshake!,
    txBytes: wakes * before.txBytes + now.txBytes,
    rxBytes: wakes * before.rxBytes + now.rxBytes,
    moves: wakes,
  };
}

function keptAlive(traits: Traits, elapsed: number): Activity {
  const active = elapsed - traits.firstHandshake;
  if (active < 0) return NOTHING;
  const keepalives = Math.floor(active / KEEPALIVE_PERIOD) + 1;
  // A session is renewed with the first keepalive after it is old enough.
  const period = Math.ceil(REKEY_AFTER_TIME / KEEPALIVE_PERIOD) * KEEPALIVE_PERIOD;
  const rekeys = Math.floor(active / period);
  return {
    handshake: traits.firstHandshake + rekeys * period,
    txBytes: (rekeys + 1) * INITIATION_BYTES + keepalives * KEEPALIVE_BYTES,
    rxBytes: (rekeys + 1) * RESPONSE_BYTES,
    moves: 0,
  };
}

/** One handshake and one packet each way, then nothing. */
function silent(traits: Traits, elapsed: number): Activity {
  if (elapsed < traits.firstHandshake) return NOTHING;
  return {
    handshake: traits.firstHandshake,
    txBytes: RESPONSE_BYTES + traits.packetBytes,
    rxBytes: INITIATION_BYTES + KEEPALIVE_BYTES + traits.packetBytes,
    moves: 0,
  };
}

/** At most one handshake, then initiations without an answer, in rounds of 20. */
function dead(traits: Traits, elapsed: number): Activity {
  const hadSession = traits.firstHandshake !== Infinity;
  const session = hadSession ? silent(traits, elapsed) : NOTHING;
  const inVain = hadSession ? elapsed - traits.firstHandshake - REKEY_AFTER_TIME : elapsed;
  if (inVain < 0) return session;
  const rounds = Math.floor(inVain / ROUND);
  const ofThisRound = Math.min(MAX_ATTEMPTS, Math.floor((inVain % ROUND) / RETRY_PERIOD) + 1);
  return { ...session, txBytes: session.txBytes + (rounds * MAX_ATTEMPTS + ofThisRound) * INITIATION_BYTES };
}
