import type { SpanIds } from '../../model/tunnel.js';
import type { Change, PeerChange } from '../../state/change.js';
import type { DeviceView, Frame, PeerView } from '../../state/frame.js';
import type { Series } from '../../state/series.js';
import { inBatches } from './batches.js';
import { deviceKey, FollowedSessions } from './followed.js';
import { ModeSwitch, type SessionMode } from './mode.js';
import { scrapeSpan } from './span-event.js';
import { isOf, isWithin, Session, type SessionBegin, type SessionEnd, type SessionEndReason } from './session.js';
import type { SpanWriter } from './span-writer.js';

/** Sessions that are followed at a time, unless all are asked for. What happens in others goes on the scrape's span. */
const MOST_FOLLOWED = 10_000;

/** What becomes known of sessions in one scrape. */
interface Scrape {
  readonly frame: Frame;
  /** Time of the scrape before. */
  readonly since: number;
  /** Whether every session becomes a span. */
  readonly all: boolean;
  /** Sessions that gave way to another, with that one. */
  readonly renewed: Map<
    object,
    { readonly session: Session; readonly end: SessionEnd; successor: Session | undefined }
  >;
  /** Changes that no session holds. */
  readonly outside: Change[];
}

/** The spans of sessions, for whoever refers to them. */
export interface SessionContexts {
  /** The span of the session that is going on with a peer. `undefined`: there is none, or it may never be exported. */
  current(series: Series): SpanIds | undefined;
  /** The span on which a change of the last frame is written. `undefined`: there is none, or it may never be exported. */
  contextOf(change: Change): SpanIds | undefined;
}

/** Follows the session of each peer from frame to frame and has those that are over written as spans; what happens outside
 *  of any goes on a span of the scrape. */
export class SessionTracker implements SessionContexts {
  readonly #mode: SessionMode;
  readonly #switch: ModeSwitch;
  readonly #writer: SpanWriter;
  readonly #followed = new FollowedSessions();
  /** The second in which the last session that was written of a peer began, so that a step of the clock repeats none. */
  readonly #written = new WeakMap<object, number>();
  /** What each change of the last frame is written on. */
  #bridged = new Map<Change, { readonly published: SpanIds | undefined }>();
  #all = false;
  #frame: Frame | undefined;

  constructor(mode: SessionMode, writer: SpanWriter) {
    this.#mode = mode;
    this.#switch = new ModeSwitch(mode);
    this.#writer = writer;
  }

  current(series: Series): SpanIds | undefined {
    return this.#followed.get(series)?.published;
  }

  contextOf(change: Change): SpanIds | undefined {
    return this.#bridged.get(change)?.published;
  }

  /** Takes one frame in. It pauses now and then, for the event loop's sake; no other may begin before it is done. */
  *advance(frame: Frame): Generator<void, void> {
    const mode = this.#switch.look(frame);
    if (mode === 'off') return;
    const since = this.#frame?.time ?? frame.time;
    this.#frame = frame;
    this.#bridged = new Map();
    const scrape: Scrape = { frame, since, all: mode === 'all', renewed: new Map(), outside: [] };
    for (const change of frame.changes) if (change.type === 'device.recreated') this.#removeAll(change.device, frame);
    yield* inBatches(frame.changes, (change) => this.#begin(change, scrape));
    // Sessions under way count from the first frame on, or from when all begin to.
    if (scrape.all && !this.#all) yield* this.#takeUp(scrape);
    this.#all = scrape.all;
    yield* inBatches(frame.changes, (change) => this.#place(change, scrape));
    yield* inBatches([...scrape.renewed.values()], ({ session, end, successor }) => {
      this.#close(session, end);
      if (successor !== undefined && end.reason === 'renewed') successor.predecessor = session.published;
    });
    yield* inBatches(frame.changes, (change) => this.#remove(change, frame));
    yield* this.#look(frame);
    this.#writeScrape(scrape);
  }

  /** Ends the spans that are open: nobody looks at their sessions any longer. Those that are made only once a session is
   *  over are left to whoever looks next. */
  shutdown(): void {
    for (const session of this.#followed.all()) {
      if (this.#writer.isOpen(session)) this.#close(session, this.#endNow(session, 'shutdown', this.#frame!));
    }
  }

  /** Handshakes renew sessions, and begin them. */
  #begin(change: Change, scrape: Scrape): void {
    const { frame, all } = scrape;
    const { monotonicTime } = frame;
    if (change.type === 'peer.handshake') {
      const { peer, devicePublicKey } = change;
      this.#renew({ peer, devicePublicKey, monotonicTime, handshake: change }, scrape, change.previous === undefined);
      return;
    }
    if (!all) return;
    if (change.type === 'peer.added' || change.type === 'peer.key.rotated') {
      const { peer, devicePublicKey } = change;
      this.#renew({ peer, devicePublicKey, monotonicTime, handshake: undefined }, scrape, false);
    } else if (change.type === 'device.added' || change.type === 'device.recreated') {
      const { peers, device } = change.device;
      for (const peer of peers) {
        this.#renew({ peer, devicePublicKey: device.publicKey, monotonicTime, handshake: undefined }, scrape, false);
      }
    }
  }

  #renew(begin: SessionBegin, scrape: Scrape, isFirst: boolean): void {
    const { series, peer } = begin.peer;
    if (peer.lastHandshakeTime === undefined) return;
    const before = this.#followed.get(series);
    if (before !== undefined && isOf(before, begin.peer)) {
      before.handshake ??= begin.handshake;
      return;
    }
    if (before === undefined && !scrape.all && !isFirst) return;
    if (before !== undefined) this.#followed.delete(before);
    const successor = this.#follow(begin);
    if (successor !== undefined) successor.decided = scrape.all || isFirst;
    if (before === undefined) return;
    const end = before.endAt(peer.lastHandshakeTime, 'renewed', scrape.frame.monotonicTime);
    scrape.renewed.set(series.identity, { session: before, end, successor });
  }

  *#takeUp({ frame }: Scrape): Generator<void, void> {
    for (const session of this.#followed.all()) session.decided = true;
    const { time, monotonicTime } = frame;
    for (const { peers, device } of frame.devices) {
      yield* inBatches(peers, (peer) => {
        if (!isWithin(peer.peer.lastHandshakeTime, time) || this.#followed.get(peer.series) !== undefined) return;
        const begin = { peer, devicePublicKey: device.publicKey, monotonicTime, handshake: undefined };
        const session = this.#follow(begin);
        if (session !== undefined) session.decided = true;
      });
    }
  }

  /** Finds what a change is to be written on. */
  #place(change: Change, scrape: Scrape): void {
    if (change.type === 'peer.handshake') {
      const session = this.#followed.get(change.peer.series);
      if (session?.handshake === change) this.#bridged.set(change, session);
      return;
    }
    const session = 'peer' in change ? this.#sessionOf(change, scrape) : undefined;
    if (session === undefined) {
      scrape.outside.push(change);
      return;
    }
    session.add(change as PeerChange);
    session.decided = true;
    this.#bridged.set(change, session);
  }

  #sessionOf(change: PeerChange, scrape: Scrape): Session | undefined {
    const ofPeer = this.#sessionAt(change.peer, change, scrape);
    if (ofPeer !== undefined || change.type !== 'peer.key.rotated') return ofPeer;
    return this.#sessionAt(change.previous, change, scrape);
  }

  #sessionAt(peer: PeerView, { time, devicePublicKey }: PeerChange, { frame, renewed }: Scrape): Session | undefined {
    const followed = this.#followed.get(peer.series);
    if (followed !== undefined && isWithin(followed.start, time)) return followed;
    const before = renewed.get(peer.series.identity);
    if (before !== undefined && time >= before.session.start && time <= before.end.time) return before.session;
    if (followed !== undefined || !isWithin(peer.peer.lastHandshakeTime, time)) return undefined;
    return this.#follow({ peer, devicePublicKey, monotonicTime: frame.monotonicTime, handshake: undefined });
  }

  #follow(begin: SessionBegin): Session | undefined {
    const { peer, series } = begin.peer;
    if (peer.lastHandshakeTime === undefined) return undefined;
    if (this.#mode !== 'all' && this.#followed.size >= MOST_FOLLOWED) return undefined;
    const session = new Session(begin);
    if (this.#written.get(series.identity) === session.second) return undefined;
    this.#followed.add(session);
    return session;
  }

  /** A peer that goes, or its device, takes its session along. */
  #remove(change: Change, frame: Frame): void {
    switch (change.type) {
      case 'peer.removed':
        return this.#end(this.#followed.get(change.peer.series), 'removed', frame);
      case 'peer.key.rotated':
        return this.#end(this.#followed.get(change.previous.series), 'removed', frame);
      case 'peer.counters.reset':
        // Forgotten: it was removed and added again in between.
        if (change.peer.peer.lastHandshakeTime !== undefined) return;
        return this.#end(this.#followed.get(change.peer.series), 'removed', frame);
      case 'device.removed':
        return this.#removeAll(change.device, frame);
      default:
    }
  }

  #removeAll({ series }: DeviceView, frame: Frame): void {
    for (const session of this.#followed.of(series)) this.#end(session, 'removed', frame);
  }

  /** Takes in what was read, ends what is over and publishes what is decided. */
  *#look(frame: Frame): Generator<void, void> {
    const { time, monotonicTime, maxAge } = frame;
    const read = frame.devices.filter(({ readTime }) => readTime === time);
    for (const device of read) yield* this.#followed.update(device);
    const seen = new Set(read.map(({ series }) => deviceKey(series)));
    yield* inBatches(this.#followed.all(), (session) => {
      // A device that can't be read may tell of a renewal when it can be read again.
      const patience = seen.has(deviceKey(session.first.series)) ? 0 : maxAge;
      if (session.isOver(time - patience, monotonicTime - patience)) this.#end(session, 'expired', frame);
      else if (session.decided && !session.opened) {
        session.opened = true;
        session.published = this.#writer.open(session);
      }
    });
  }

  #end(session: Session | undefined, reason: SessionEndReason, frame: Frame): void {
    if (session !== undefined) this.#close(session, this.#endNow(session, reason, frame));
  }

  #endNow(session: Session, reason: SessionEndReason, { time, monotonicTime }: Frame): SessionEnd {
    return session.endAt(time, reason, monotonicTime);
  }

  #close(session: Session, end: SessionEnd): void {
    this.#followed.delete(session);
    if (!session.decided) return;
    this.#written.set(session.first.series.identity, session.second);
    session.published = this.#writer.close(session, end);
  }

  #writeScrape({ frame, since, outside }: Scrape): void {
    if (outside.length === 0) return;
    const span = scrapeSpan(outside, since, frame.time, this.#writer.told);
    const published = this.#writer.writeScrape(span);
    for (const change of span.changes) this.#bridged.set(change, { published });
  }
}
