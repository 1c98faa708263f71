import assert from 'node:assert/strict';
import { Heartbeat } from '@wgotel/agent';
import { MetricView, type Frame, type Walk } from '@wgotel/core';
import { EPOCH } from '../../support/snapshots.js';
import { pointsOf, seriesOf, type Point } from '../../support/points.js';

interface Told {
  readonly point: Point;
  isSent: boolean;
}

/** Watches a heartbeat: whatever it sends is compared with all the points there are. */
export class Witness {
  readonly heartbeat: Heartbeat;
  readonly #length: number;
  readonly #view: MetricView;
  readonly #walk: Walk = (...args) => this.heartbeat.visit(...args);
  /** By series, in order. */
  readonly #series = new Map<string, Told[]>();

  constructor(length: number, view: MetricView = new MetricView()) {
    this.#length = length;
    this.#view = view;
    this.heartbeat = new Heartbeat(length, EPOCH);
  }

  /** Returns what is sent of the frame, which is made of nothing but points there are or were, in order, once each. */
  take(frame: Frame): Point[] {
    const there = new Set<string>();
    for (const point of pointsOf(frame, this.#view)) {
      const name = seriesOf(point);
      there.add(name);
      const points = this.#series.get(name) ?? [];
      this.#series.set(name, points);
      // A device that can't be read shows the same points again.
      if (points.at(-1)?.point.time !== point.time) points.push({ point, isSent: false });
    }
    const sent = pointsOf(frame, this.#view, frame.monotonicTime, this.#walk);
    for (const point of sent) {
      const points = this.#series.get(seriesOf(point)) ?? [];
      const index = points.findIndex((each) => each.point.time === point.time);
      assert.deepEqual(point, points[index]?.point, 'there is no such point');
      assert.ok(!points.slice(index).some(({ isSent }) => isSent), `sent twice or too late: ${seriesOf(point)}`);
      points[index]!.isSent = true;
    }
    this.#checkEnded(frame, there);
    return sent;
  }

  /** Nothing is kept back of a series that has ended. */
  #checkEnded(frame: Frame, there: ReadonlySet<string>): void {
    const read = frame.devices.filter(({ readTime }) => readTime === frame.time).map(({ series }) => series.device);
    for (const [name, points] of this.#series) {
      const { point, isSent } = points.at(-1)!;
      const isRead = read.includes(String(point.attributes['network.interface.name']));
      if (isRead && !there.has(name)) assert.ok(isSent, `the last point of ${name} is kept back`);
    }
  }

  /** Both ends of each change were sent, and of what did not change no more and no less than there ought to be.
   *
   *  @param renewals how often everything was to be sent */
  check(renewals = 0): void {
    for (const [name, points] of this.#series) {
      assert.ok(points[0]!.isSent, `the first point of ${name} is left out`);
      let sentAt = points[0]!.point.time;
      let unchanged = 0;
      for (const [i, { point, isSent }] of points.entries()) {
        if (isSent) sentAt = point.time;
        else assert.ok(point.time - sentAt < this.#length, `nothing of ${name} for too long`);
        const isNew = i === 0 || differ(points[i - 1]!.point, point);
        const isLast = i === points.length - 1 || differ(point, points[i + 1]!.point);
        if (isNew) assert.ok(isSent, `a change of ${name} is left out`);
        if (isLast && i < points.length - 1) assert.ok(isSent, `what ${name} was before a change is left out`);
        if (isSent && !isNew && !isLast) unchanged++;
      }
      const length = points.at(-1)!.point.time - points[0]!.point.time;
      assert.ok(
        unchanged <= Math.ceil(length / this.#length) + renewals,
        `${name} is sent ${unchanged} times without need`,
      );
    }
  }
}

function differ(a: Point, b: Point): boolean {
  return a.value !== b.value || a.startTime !== b.startTime;
}
