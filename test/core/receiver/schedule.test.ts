import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { WireGuardReceiver } from '@wgotel/core';
import { ScriptedSource } from '../../support/scripted-source.js';
import { snapshot } from '../../support/snapshots.js';
import { HeldSource } from './sources.js';

const SCHEDULE = { initialDelay: 1000, collectionInterval: 15_000, meterProvider: false } as const;

describe('a started receiver', () => {
  let source: ScriptedSource;
  let receiver: WireGuardReceiver;

  /** Lets time pass, and what has begun by then end. */
  async function pass(millis: number): Promise<void> {
    mock.timers.tick(millis);
    await turn();
  }

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    source = new ScriptedSource(snapshot(0, []), snapshot(15, []));
    receiver = new WireGuardReceiver({ ...SCHEDULE, source, clock: source });
  });
  afterEach(() => mock.timers.reset());

  it('scrapes first after the initial delay, then at each interval', async () => {
    receiver.start();
    await pass(999);
    assert.deepEqual([source.reads, receiver.frame], [0, undefined]);
    await pass(1);
    assert.equal(source.reads, 1);
    assert.equal(receiver.frame?.time, source.now());
    await pass(14_999);
    assert.equal(source.reads, 1);
    await pass(1);
    assert.equal(source.reads, 2);
    assert.equal(receiver.frame.time, source.now());
    await pass(15_000);
    assert.equal(source.reads, 3);
    assert.equal(receiver.skippedScrapes, 0);
  });

  for (const [phase, second] of [
    [0, 7500],
    [0.25, 11_250],
    [1, 22_500],
  ] as const) {
    it(`of phase ${phase} scrapes for the second time ${second} ms after the first, and then at each interval`, async () => {
      receiver = new WireGuardReceiver({ ...SCHEDULE, phase, source, clock: source });
      receiver.start();
      await pass(1000);
      await pass(second - 1);
      assert.equal(source.reads, 1);
      await pass(1);
      assert.equal(source.reads, 2);
      await pass(14_999);
      assert.equal(source.reads, 2);
      await pass(1);
      assert.equal(source.reads, 3);
      await receiver.shutdown();
      await pass(60_000);
      assert.equal(source.reads, 3);
    });
  }

  it('can be ended before its second scrape', async () => {
    receiver.start();
    await pass(1000);
    await receiver.shutdown();
    await pass(60_000);
    assert.equal(source.reads, 1);
  });

  it('scrapes no more often when it is started again', async () => {
    receiver.start();
    receiver.start();
    await pass(1000);
    receiver.start();
    await pass(15_000);
    assert.deepEqual([source.reads, receiver.skippedScrapes], [2, 0]);
  });

  it('does not scrape before it is started, nor once it is shut down', async () => {
    await pass(60_000);
    receiver.start();
    await receiver.shutdown();
    await pass(60_000);
    assert.equal(source.reads, 0);
    receiver.start();
    await pass(1000);
    await receiver.shutdown();
    await pass(60_000);
    assert.equal(source.reads, 1);
  });

  it('skips and counts the ticks that come while it scrapes', async () => {
    const held = new HeldSource();
    receiver = new WireGuardReceiver({ ...SCHEDULE, source: held });
    receiver.start();
    await pass(1000);
    for (let tick = 0; tick < 3; tick++) await pass(15_000);
    assert.deepEqual([held.reads, receiver.skippedScrapes], [1, 3]);
    held.release();
    await turn();
    await pass(15_000);
    assert.deepEqual([held.reads, receiver.skippedScrapes], [2, 3]);
  });

  it('takes what is done with a frame as part of the scrape', async () => {
    let handled: (() => void) | undefined;
    const onFrame = (): Promise<void> => new Promise((resolve) => (handled = resolve));
    receiver = new WireGuardReceiver({ ...SCHEDULE, source, clock: source, onFrame });
    receiver.start();
    await pass(1000);
    await pass(15_000);
    assert.deepEqual([source.reads, receiver.skippedScrapes], [1, 1]);
    handled!();
    await turn();
    await pass(15_000);
    assert.deepEqual([source.reads, receiver.skippedScrapes], [2, 1]);
  });
});

describe('scrape()', () => {
  it('waits for the scrape under way instead of starting another', async () => {
    const source = new HeldSource();
    const receiver = new WireGuardReceiver({ ...SCHEDULE, source });
    const scrapes = [receiver.scrape(), receiver.scrape()];
    assert.equal(source.reads, 1);
    source.release();
    const [first, second] = await Promise.all(scrapes);
    assert.equal(first, second);
    const third = receiver.scrape();
    assert.equal(source.reads, 2);
    source.release();
    assert.notEqual(await third, first);
  });

  it('gives each frame to onFrame and waits for it', async () => {
    const source = new ScriptedSource(snapshot(0, []));
    const handled: unknown[] = [];
    const onFrame = async (frame: unknown): Promise<void> => {
      await turn();
      handled.push(frame);
    };
    const receiver = new WireGuardReceiver({ ...SCHEDULE, source, clock: source, onFrame });
    assert.deepEqual(handled, [await receiver.scrape()]);
    assert.equal(handled[0], receiver.frame);
  });
});

describe('shutdown()', () => {
  it('waits for the scrape under way, however often it is called', async () => {
    const source = new HeldSource();
    const receiver = new WireGuardReceiver({ ...SCHEDULE, source });
    const scrape = receiver.scrape();
    let ended = 0;
    const shutdowns = [receiver.shutdown(), receiver.shutdown()].map((shutdown) => shutdown.then(() => ended++));
    await turn();
    assert.equal(ended, 0);
    source.release();
    await Promise.all(shutdowns);
    assert.equal(receiver.frame, await scrape);
    await receiver.shutdown();
  });
});
