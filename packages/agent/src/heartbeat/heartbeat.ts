import type { DeviceView, ErrorCount, Frame, PeerView, PointSink, Selection, Series } from '@wgotel/core';
import { follow, type Followed } from './followed.js';
import { News, type Moment } from './news.js';
import { PeerLooks } from './peer-looks.js';
import { Turns } from './turns.js';

/** Peers between two pauses. */
const BATCH = 128;

interface FollowedDevice extends Followed<DeviceView> {
  readonly peers: PeerLooks;
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

  /** @param heartbeat in milliseconds */
  constructor(heartbeat: number) {
    this.#turns = new Turns(heartbeat);
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
      const isNew = device.readMonotonicTime !== last?.now!.readMonotonicTime;
      if (!isNew || now - device.readMonotonicTime > frame.maxAge) continue;
      const followed = this.#follow(last, device, device.readTime, round);
      this.#devices.set(device.series, followed);
      yield* this.#visitDevice(followed, sink, selection);
    }
    for (const series of gone) {
      const last = this.#devices.get(series)!;
      this.#devices.delete(series);
      yield* this.#visitDevice(this.#follow(last, undefined, frame.time, round), sink, selection);
    }
    this.#news.release();
  }

  #follow(
    last: FollowedDevice | undefined,
    device: DeviceView | undefined,
    time: number,
    round: number,
  ): FollowedDevice {
    const peers = PeerLooks.of(device?.peers ?? [], last?.peers, (series) => this.#turns.phaseOf(series));
    return { ...follow(last, device, time, round), peers };
  }

  #visitErrors(frame: Frame, sink: PointSink, selection: Selection, round: number): void {
    const errors = (this.#errors = follow(this.#errors, frame.errors, frame.time, round));
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
    const moment = this.#momentOf(device, 0);
    for (const metric of selection.device) {
      sink.metric(metric);
      this.#news.send(metric.points, device, moment, sink);
    }
    for (const metric of selection.peer) {
      sink.metric(metric);
      if (metric.folded) this.#news.send(metric.folded, device, moment, sink);
    }
    const { length } = device.peers.now;
    for (let start = 0; start < length; start += BATCH) {
      this.#visitPeers(device, start, Math.min(start + BATCH, length), sink, selection);
      yield;
    }
  }

  #visitPeers(device: FollowedDevice, start: number, end: number, sink: PointSink, selection: Selection): void {
    const { stretch, peers } = device;
    const due: PeerView[] = [];
    const changed: number[] = [];
    for (let i = start; i < end; i++) {
      const view = peers.now[i];
      if (view !== peers.before[i]) changed.push(i);
      else if (view!.individual && this.#turns.isDue(stretch, peers.phases[i]!)) due.push(view!);
    }
    for (const metric of selection.peer) {
      sink.metric(metric);
      for (const view of due) metric.points(view, sink, stretch.to);
      for (const i of changed) {
        const looks = { now: own(peers.now[i]), before: own(peers.before[i]), older: own(peers.older[i]) };
        this.#news.send(metric.points, looks, this.#momentOf(device, peers.phases[i]!), sink);
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

/** A peer's view, if the peer has points of its own. */
function own(view: PeerView | undefined): PeerView | undefined {
  return view?.individual === true ? view : undefined;
}
