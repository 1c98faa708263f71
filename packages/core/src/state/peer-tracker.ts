import type { Peer } from '../model/device.js';
import { REJECT_AFTER_TIME } from './attempts.js';
import { endpointChange } from './endpoint-change.js';
import { Evidence } from './evidence.js';
import { expectationOf } from './expectation.js';
import type { Expectation, Io, PeerExpectation, PeerView, Totals } from './frame.js';
import { judge } from './judge.js';
import type { OverflowTracker } from './overflow-tracker.js';
import type { Said } from './naming.js';
import { tellPeer } from './peer-changes.js';
import { PeerMemory, type Leaving } from './peer-memory.js';
import type { SavedPeer } from './saved/format.js';
import type { Series } from './series.js';
import type { Step } from './step.js';
import { AT_NEXT, notAfter } from './start-time.js';
import { addTotals, noTotals, type Increment } from './totals.js';

const NOTHING = { receive: 0, transmit: 0 };

/** Follows one peer from reading to reading. */
export class PeerTracker {
  view: PeerView;
  /** Bytes moved since peers were last ranked. */
  rankedBytes = 0;
  /** When the peer was last seen, to find those that are gone. */
  seen: Step;
  #series: Series;
  #expected: PeerExpectation | undefined;
  readonly #standardMessages: boolean;
  #appeared: number;
  #ioBase: Io;
  /** The peer's own sums while it is folded: they stand still. `undefined`: it is not folded. */
  #frozen: Pick<Io, 'receive' | 'transmit'> | undefined;
  #totals: Totals;
  #endpoint: string | undefined;
  /** On the monotonic clock, so that a step of the wall clock does not change its age. */
  #handshake: number | undefined;
  #evidence: Evidence | undefined;
  /** What was said of the peer when its expectation was found. */
  #judgedBy: PeerExpectation | undefined;
  #memory: PeerMemory | undefined;

  constructor(said: Said, peer: Peer, individual: boolean, step: Step, overflow: OverflowTracker) {
    this.seen = step;
    this.#series = said.series;
    this.#expected = said.expected;
    this.#standardMessages = step.standardMessages;
    this.#appeared = step.monotonicTime;
    this.#frozen = individual ? undefined : NOTHING;
    this.#ioBase = step.newIo;
    this.#totals = step.newTotals;
    this.#endpoint = peer.endpoint;
    if (peer.lastHandshakeTime !== undefined) this.#handshake = handshakeInstant(peer.lastHandshakeTime, step);
    if (step.previous !== undefined) {
      // It was not there before, so all it has counted happened since.
      const handshake = peer.lastHandshakeTime !== undefined;
      this.#add({ handshake, endpointChange: undefined, failedAttempts: undefined }, overflow, step);
      this.#addIo(peer.receiveBytes, peer.transmitBytes, overflow, step);
    }
    this.view = this.#look(undefined, peer, this.#expectationOf(peer), step);
    if (step.connections !== undefined && this.view.state === 'active') this.#remember().appear(this.view, step);
  }

  /** @param saved what {@link save} returned
   *  @param clean see {@link Restoration}: otherwise its own sums begin anew
   *  @param step that of the device when it was saved, with nothing before it */
  static restore(saved: SavedPeer, clean: boolean, said: Said, step: Step, overflow: OverflowTracker): PeerTracker {
    const { peer, expectation, state, reason, frozen } = saved;
    const tracker = new PeerTracker(said, peer, frozen === undefined, step, overflow);
    const anew = !clean && (saved.ioBase.receive !== 0 || saved.ioBase.transmit !== 0);
    tracker.#appeared = saved.appeared;
    tracker.#ioBase = anew
      ? { startTime: AT_NEXT, receive: peer.receiveBytes, transmit: peer.transmitBytes }
      : saved.ioBase;
    tracker.#frozen = clean ? frozen : frozen && NOTHING;
    tracker.#totals = clean ? saved.totals : noTotals(AT_NEXT);
    tracker.#endpoint = saved.lastEndpoint;
    tracker.#handshake = saved.handshake;
    tracker.#evidence = saved.evidence && Evidence.restore(saved.evidence);
    tracker.#memory = PeerMemory.restore(saved);
    tracker.rankedBytes = saved.rankedBytes;
    const { individual, view } = tracker;
    const { series } = view;
    const [ioBase, totals] = [tracker.#ioBase, tracker.#totals];
    tracker.view = { peer, series, expectation, state, reason, individual, ioBase, totals };
    return tracker;
  }

  save(): SavedPeer {
    const { peer, expectation, state, reason } = this.view;
    const { met = false, flap, connection } = this.#memory?.save() ?? {};
    return {
      peer,
      expectation,
      state,
      reason,
      appeared: this.#appeared,
      ioBase: this.#ioBase,
      frozen: this.#frozen,
      totals: this.#totals,
      lastEndpoint: this.#endpoint,
      handshake: this.#handshake,
      rankedBytes: this.rankedBytes,
      met,
      evidence: this.#evidence?.save(),
      flap,
      connection,
    };
  }

  advance(peer: Peer, step: Step, overflow: OverflowTracker): void {
    this.seen = step;
    this.#ioBase = notAfter(step.time, this.#ioBase);
    this.#totals = notAfter(step.time, this.#totals);
    const viewBefore = this.view;
    const before = viewBefore.peer;
    const reset = peer !== before && (step.recreated || isReset(before, peer));
    const received = reset ? peer.receiveBytes : peer.receiveBytes - before.receiveBytes;
    const sent = reset ? peer.transmitBytes : peer.transmitBytes - before.transmitBytes;
    const handshake = peer !== before && isNewHandshake(before, peer);

    if (reset) {
      // Later than the last point, whose value was still the old one.
      const startTime = Math.min(step.time, Math.max(step.newIo.startTime, step.previous!.time + 1));
      this.#ioBase = { startTime, receive: 0, transmit: 0 };
      this.#frozen &&= NOTHING;
      this.#handshake = undefined;
    }
    if (handshake || reset) this.#evidence = undefined;
    const failedAttempts = handshake || reset ? undefined : this.#observe(peer, received, sent, step);
    if (peer.lastHandshakeTime !== undefined && (handshake || this.#handshake === undefined)) {
      this.#handshake = handshakeInstant(peer.lastHandshakeTime, step);
    }
    const endpointBefore = this.#endpoint;
    const change = endpointChange(endpointBefore, peer.endpoint);
    this.#endpoint = peer.endpoint ?? endpointBefore;
    this.rankedBytes += received + sent;
    // Mostly there is nothing to add but bytes.
    if (handshake || failedAttempts !== undefined || change !== undefined) {
      this.#add({ handshake, endpointChange: change, failedAttempts }, overflow, step);
    }
    this.#addIo(received, sent, overflow, step);
    const sameSetup =
      peer.allowedIPs === before.allowedIPs && peer.persistentKeepaliveInterval === before.persistentKeepaliveInterval;
    const same = sameSetup && this.#expected === this.#judgedBy;
    const view = this.#look(viewBefore, peer, same ? viewBefore.expectation : this.#expectationOf(peer), step);
    this.view = view;

    if (reset || handshake || change !== undefined || view.state !== viewBefore.state) {
      const met = this.#memory?.met ?? false;
      if (reset && before.lastHandshakeTime !== undefined) this.#remember().met = true;
      if (step.changes !== undefined) {
        tellPeer(step.changes, { before: viewBefore, now: view, reset, handshake, change, endpointBefore, met }, step);
      }
      if (step.connections !== undefined) this.#remember().reconnect(viewBefore, view, reset, step);
    }
    if (change !== undefined && change !== 'first') this.#remember().roam(change, endpointBefore!, view, step);
    if (this.#memory !== undefined) this.#memory.settle(view, step);
  }

  /** The peer is gone, or its device is. */
  leave(step: Leaving): void {
    this.#memory?.disconnect(this.view, this.view.peer, step);
  }

  /** The peer as it was last seen, under the name that it has by now. */
  get last(): PeerView {
    return this.view.series === this.#series ? this.view : { ...this.view, series: this.#series };
  }

  #remember(): PeerMemory {
    return (this.#memory ??= new PeerMemory());
  }

  /** Takes what is said of the peer from now on. */
  rename({ series, expected }: Said): void {
    this.#series = series;
    this.#expected = expected;
  }

  #expectationOf(peer: Peer): Expectation {
    this.#judgedBy = this.#expected;
    return this.#expected?.expect ?? expectationOf(peer);
  }

  /** Whether the peer has points of its own. */
  get individual(): boolean {
    return this.#frozen === undefined;
  }

  /** Folds the peer from now on. */
  fold(): void {
    const { receiveBytes, transmitBytes } = this.view.peer;
    this.#frozen = {
      receive: receiveBytes - this.#ioBase.receive,
      transmit: transmitBytes - this.#ioBase.transmit,
    };
  }

  /** Gives the peer points of its own from now on. Its own sums go on where they stood.
   *
   *  @param time when they are known to have been 0, if they are */
  unfold(time: number): void {
    const { receive, transmit } = this.#frozen!;
    const { receiveBytes, transmitBytes } = this.view.peer;
    const startTime = receive === 0 && transmit === 0 ? time : this.#ioBase.startTime;
    this.#ioBase = { startTime, receive: receiveBytes - receive, transmit: transmitBytes - transmit };
    this.#frozen = undefined;
  }

  #observe(peer: Peer, received: number, sent: number, step: Step): Increment['failedAttempts'] {
    if (!this.#standardMessages) return undefined;
    const previous = step.previous!.monotonicTime;
    const sinceHandshake = this.#handshake === undefined ? undefined : previous - this.#handshake;
    const sessionOver = sinceHandshake === undefined || sinceHandshake >= REJECT_AFTER_TIME * 1000;
    const suspicious = sent > 0 && (received === 0 || sessionOver);
    if (this.#evidence === undefined && !suspicious) return undefined;
    this.#evidence ??= new Evidence();
    const length = step.monotonicTime - previous;
    return this.#evidence.observe({ received, sent, length, sessionOver, keepalive: peer.persistentKeepaliveInterval });
  }

  #add(increment: Increment, overflow: OverflowTracker, step: Step): void {
    if (step.uncounted) return;
    if (this.individual) this.#totals = addTotals(this.#totals, increment);
    else overflow.add(increment);
  }

  #addIo(received: number, sent: number, overflow: OverflowTracker, step: Step): void {
    if (!this.individual && !step.uncounted) overflow.addIo(received, sent);
  }

  /** The view that there was before, if nothing in it changed. */
  #look(before: PeerView | undefined, peer: Peer, expectation: Expectation, step: Step): PeerView {
    const { state, reason } = judge(peer, {
      expectation,
      sinceHandshake: this.#handshake === undefined ? undefined : step.monotonicTime - this.#handshake,
      sinceAppeared: step.monotonicTime - this.#appeared,
      evidence: this.#evidence?.reason(),
      tolerance: step.tolerance,
      staleAfter: this.#expected?.staleAfter,
    });
    if (
      before !== undefined &&
      before.peer === peer &&
      before.series === this.#series &&
      before.expectation === expectation &&
      before.state === state &&
      before.reason === reason &&
      before.individual === this.individual &&
      before.ioBase === this.#ioBase &&
      before.totals === this.#totals
    ) {
      return before;
    }
    return {
      peer,
      series: this.#series,
      expectation,
      state,
      reason,
      individual: this.individual,
      ioBase: this.#ioBase,
      totals: this.#totals,
    };
  }
}

function isReset(before: Peer, now: Peer): boolean {
  return (
    now.receiveBytes < before.receiveBytes ||
    now.transmitBytes < before.transmitBytes ||
    (now.lastHandshakeTime === undefined && before.lastHandshakeTime !== undefined)
  );
}

/** Compared by the second: `wg` knows no fractions, and there is no second handshake within one. */
function isNewHandshake({ lastHandshakeTime: before }: Peer, { lastHandshakeTime: now }: Peer): boolean {
  return now !== undefined && (before === undefined || Math.floor(now / 1000) !== Math.floor(before / 1000));
}

/** When a handshake took place on the monotonic clock. One first seen now happened since the last reading, whatever the
 *  wall clock says. */
function handshakeInstant(handshakeTime: number, { time, monotonicTime, previous }: Step): number {
  const age = Math.max(0, time - handshakeTime);
  const longest = previous === undefined ? Infinity : monotonicTime - previous.monotonicTime;
  return monotonicTime - Math.min(age, longest);
}
