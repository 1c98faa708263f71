import type { DeviceView, ErrorCount, Frame, PeerView, PointSink, Selection, Series } from '@wgotel/core';
import { ChangeFilter, type Timing } from './change-filter.js';
import { TimedHistory, type History } from './history.js';
import { PeerHistories } from './peer-histories.js';
import { Turns } from './turns.js';

/** Peers between two pauses. */
const BATCH = 128;

interface DeviceHistory {
  readonly device: TimedHistory<DeviceView>;
  readonly peers: PeerHistories;
}

/** A peer in which something changed. */
interface ChangedPeer {
  readonly history: History<PeerView>;
  readonly timing: Timing;
}

/** Walks only those points of a frame that tell something new, and every other one once in each heartbeat. Where a series
 *  changes from one scrape to the next, both points are sent, so nothing is lost in between. It compares frames, in which
 *  peers that did not change are the same objects: so it keeps no book of points, and passes most peers by. */
export class Heartbeat {
  readonly #turns: Turns;
  readonly #filter = new ChangeFilter();
  /** By the device's series. */
  readonly #devices = new Map<Series, DeviceHistory>();
  #errors: TimedHistory<readonly ErrorCount[]> | undefined;
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
      const isNew = device.readMonotonicTime !== last?.device.current!.readMonotonicTime;
      if (!isNew || now - device.readMonotonicTime > frame.maxAge) continue;
      const history = yield* this.#advance(last, device, device.readTime, round);
      this.#devices.set(device.series, history);
      yield* this.#visitDevice(history, sink, selection);
    }
    for (const series of gone) {
      const last = this.#devices.get(series)!;
      this.#devices.delete(series);
      const history = yield* this.#advance(last, undefined, frame.time, round);
      yield* this.#visitDevice(history, sink, selection);
    }
    this.#filter.release();
  }

  *#advance(
    last: DeviceHistory | undefined,
    device: DeviceView | undefined,
    time: number,
    round: number,
  ): Generator<void, DeviceHistory> {
    return {
      device: new TimedHistory(last?.device, device, time, round),
      peers: yield* PeerHistories.of(device?.peers ?? [], last?.peers, this.#turns),
    };
  }

  #visitErrors(frame: Frame, sink: PointSink, selection: Selection, round: number): void {
    const errors = (this.#errors = new TimedHistory(this.#errors, frame.errors, frame.time, round));
    const timing = this.#timingOf(errors, 0);
    for (const metric of selection.error) {
      sink.metric(metric);
      const points = (counts: readonly ErrorCount[], to: PointSink, time: number): void => {
        for (const count of counts) metric.points(count, to, time);
      };
      this.#filter.send(points, errors, timing, sink);
    }
  }

  *#visitDevice(history: DeviceHistory, sink: PointSink, selection: Selection): Generator<void, void> {
    const { device, peers } = history;
    const timing = this.#timingOf(device, 0);
    for (const metric of selection.device) {
      sink.metric(metric);
      this.#filter.send(metric.points, device, timing, sink);
    }
    for (const metric of selection.peer) {
      sink.metric(metric);
      if (metric.folded) this.#filter.send(metric.folded, device, timing, sink);
    }
    for (let start = 0; start < peers.current.length; start += BATCH) {
      this.#visitPeers(history, start, Math.min(start + BATCH, peers.current.length), sink, selection);
      yield;
    }
  }

  #visitPeers(of: DeviceHistory, start: number, end: number, sink: PointSink, selection: Selection): void {
    const { device, peers } = of;
    const { range } = device;
    const due: PeerView[] = [];
    const changed: ChangedPeer[] = [];
    for (let i = start; i < end; i++) {
      const view = peers.current[i];
      if (view !== peers.previous[i]) {
        const history = { current: own(view), previous: own(peers.previous[i]), earlier: own(peers.earlier[i]) };
        changed.push({ history, timing: this.#timingOf(device, peers.phases[i]!) });
      } else if (this.#turns.isDue(range, peers.phases[i]!) && view!.individual) due.push(view!);
    }
    if (due.length === 0 && changed.length === 0) return;
    for (const metric of selection.peer) {
      sink.metric(metric);
      for (const view of due) metric.points(view, sink, range.to);
      for (const { history, timing } of changed) {
        if (timing.isDue || !isSamePart(metric, history)) this.#filter.send(metric.points, history, timing, sink);
      }
    }
  }

  #timingOf({ range, previousRange }: TimedHistory<unknown>, phase: number): Timing {
    return {
      time: range.to,
      isDue: this.#turns.isDue(range, phase),
      previousTime: previousRange?.to ?? 0,
      wasDue: previousRange === undefined || this.#turns.isDue(previousRange, phase),
    };
  }
}

/** Whether the points of a metric can't have changed. */
function isSamePart({ part }: Selection['peer'][number], { current, previous }: History<PeerView>): boolean {
  return part !== undefined && current !== undefined && previous !== undefined && part(current) === part(previous);
}

/** A peer's view, if the peer has points of its own. */
function own(view: PeerView | undefined): PeerView | undefined {
  return view?.individual === true ? view : undefined;
}
