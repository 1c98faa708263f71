import type { DeviceView, ErrorCount, Frame, PeerView, PointSink, Selection, Series } from '@wgotel/core';
import { Followed } from './followed.js';
import { News, type Looks, type Moment } from './news.js';
import { PeerLooks } from './peer-looks.js';
import { Turns } from './turns.js';

/** Peers between two pauses. */
const BATCH = 128;

/** A device, and its peers. */
interface FollowedDevice {
  readonly itself: Followed<DeviceView>;
  readonly peers: PeerLooks;
}

/** A peer in which something changed. */
interface ChangedPeer {
  readonly looks: Looks<PeerView>;
  readonly moment: Moment;
}

/** Walks only those points of a frame that tell something new, and every other one once in each heartbeat. Where a series
 *  changes from one scrape to the next, both points are sent, so nothing is lost in between. It compares frames, in which
 *  peers that did not change are the same objects: so it keeps no book of points, and passes most peers by. */
export class Heartbeat {
  readonly #turns: Turns;
  readonly #news = new News();
  /** By the device's series. */
  readonly #devices = new Map<Series, FollowedDevice>();
  #errors: Followed<readonly ErrorCount[]> | undefined;
  #round = 0;

  /** @param heartbeat in milliseconds
   *  @param begun some time, in milliseconds since the epoch, that differs from host to host */
  constructor(heartbeat: number, begun: number) {
    this.#turns = new Turns(heartbeat, begun);
  }

  /** Sends everything the next time: there is somebody who has nothing yet. */
  sendAll(): void {
    this.#round++;
  }

  /** To be used in place of `visitPoints`, with one frame after the other. */
  *visit(frame: Frame, now: number, sink: PointSink, selection: Selection): Generator<void, void> {
    const round = this.#round;
    this.#visitErrors(frame, sink, selection, round);
    const gone = new Set(this.#devices.keys());
    for (const device of frame.devices) {
      gone.delete(device.series);
      const last = this.#devices.get(device.series);
      const isNew = device.readMonotonicTime !== last?.itself.now!.readMonotonicTime;
      if (!isNew || now - device.readMonotonicTime > frame.maxAge) continue;
      const followed = yield* this.#follow(last, device, device.readTime, round);
      this.#devices.set(device.series, followed);
      yield* this.#visitDevice(followed, sink, selection);
    }
    for (const series of gone) {
      const last = this.#devices.get(series)!;
      this.#devices.delete(series);
      const followed = yield* this.#follow(last, undefined, frame.time, round);
      yield* this.#visitDevice(followed, sink, selection);
    }
    this.#news.release();
  }

  *#follow(
    last: FollowedDevice | undefined,
    device: DeviceView | undefined,
    time: number,
    round: number,
  ): Generator<void, FollowedDevice> {
    return {
      itself: new Followed(last?.itself, device, time, round),
      peers: yield* PeerLooks.of(device?.peers ?? [], last?.peers, this.#turns),
    };
  }

  #visitErrors(frame: Frame, sink: PointSink, selection: Selection, round: number): void {
    const errors = (this.#errors = new Followed(this.#errors, frame.errors, frame.time, round));
    const moment = this.#momentOf(errors, 0);
    for (const metric of selection.error) {
      sink.metric(metric);
      const points = (counts: readonly ErrorCount[], to: PointSink, time: number): void => {
        for (const count of counts) metric.points(count, to, time);
      };
      this.#news.send(points, errors, moment, sink);
    }
  }

  *#visitDevice(device: FollowedDevice, sink: PointSink, selection: Selection): Generator<void, void> {
    const { itself, peers } = device;
    const moment = this.#momentOf(itself, 0);
    for (const metric of selection.device) {
      sink.metric(metric);
      this.#news.send(metric.points, itself, moment, sink);
    }
    for (const metric of selection.peer) {
      sink.metric(metric);
      if (metric.folded) this.#news.send(metric.folded, itself, moment, sink);
    }
    for (let start = 0; start < peers.now.length; start += BATCH) {
      this.#visitPeers(device, start, Math.min(start + BATCH, peers.now.length), sink, selection);
      yield;
    }
  }

  #visitPeers(device: FollowedDevice, start: number, end: number, sink: PointSink, selection: Selection): void {
    const { itself, peers } = device;
    const { stretch } = itself;
    const due: PeerView[] = [];
    const changed: ChangedPeer[] = [];
    for (let i = start; i < end; i++) {
      const view = peers.now[i];
      if (view !== peers.before[i]) {
        const looks = { now: own(view), before: own(peers.before[i]), older: own(peers.older[i]) };
        changed.push({ looks, moment: this.#momentOf(itself, peers.phases[i]!) });
      } else if (this.#turns.isDue(stretch, peers.phases[i]!) && view!.individual) due.push(view!);
    }
    if (due.length === 0 && changed.length === 0) return;
    for (const metric of selection.peer) {
      sink.metric(metric);
      for (const view of due) metric.points(view, sink, stretch.to);
      for (const { looks, moment } of changed) {
        if (moment.isDue || !isSamePart(metric, looks)) this.#news.send(metric.points, looks, moment, sink);
      }
    }
  }

  #momentOf({ stretch, stretchBefore }: Followed<unknown>, phase: number): Moment {
    return {
      time: stretch.to,
      isDue: this.#turns.isDue(stretch, phase),
      timeBefore: stretchBefore?.to ?? 0,
      wasDue: stretchBefore === undefined || this.#turns.isDue(stretchBefore, phase),
    };
  }
}

/** Whether the points of a metric can't have changed. */
function isSamePart({ part }: Selection['peer'][number], { now, before }: Looks<PeerView>): boolean {
  return part !== undefined && now !== undefined && before !== undefined && part(now) === part(before);
}

/** A peer's view, if the peer has points of its own. */
function own(view: PeerView | undefined): PeerView | undefined {
  return view?.individual === true ? view : undefined;
}
