import assert from 'node:assert/strict';
import { diag, DiagLogLevel } from '@opentelemetry/api';
import { describe, it } from 'mocha';
import {
  WireGuardError,
  WireGuardReceiver,
  type Frame,
  type Reading,
  type Snapshot,
  type SourceFailure,
} from '@wgotel/core';
import { until } from '../../support/process.js';
import { ScriptedSource } from '../../support/scripted-source.js';
import { device, EPOCH, peer, snapshot } from '../../support/snapshots.js';
import { collectDiagLog } from './diag-log.js';
import { NOTHING, sourceOf } from './sources.js';

const denied = new WireGuardError('PERMISSION_DENIED', 'no permission for wg1', { device: 'wg1' });

/** What a source does wrong, and the failure it becomes. */
const WRONGS: readonly [string, () => Promise<Reading>, Omit<SourceFailure, 'source'>][] = [
  [
    'rejects',
    () => Promise.reject(new Error('out of order')),
    { device: undefined, code: 'READ_FAILED', message: 'reading failed: out of order' },
  ],
  [
    'throws',
    () => {
      throw new Error('out of order');
    },
    { device: undefined, code: 'READ_FAILED', message: 'reading failed: out of order' },
  ],
  [
    'rejects with an error of the library',
    () => Promise.reject(denied),
    { device: 'wg1', code: 'PERMISSION_DENIED', message: 'no permission for wg1' },
  ],
];

describe('a source that fails', () => {
  const log = collectDiagLog();

  for (const [what, read, failure] of WRONGS) {
    it(`and ${what} is a failure of the frame, and no error of the application`, async () => {
      const receiver = new WireGuardReceiver({ source: sourceOf(read), meterProvider: false });
      const frame = await receiver.scrape();
      assert.deepEqual(frame.failures, [{ source: 'told', ...failure }]);
      assert.deepEqual(
        frame.errors.map(({ type, value }) => [type, value]),
        [[failure.code.toLowerCase(), 1]],
      );
      assert.deepEqual(log, [`warn told: ${failure.message}`]);
    });
  }

  it('is told by its signal when the time is up', async () => {
    let reason: unknown;
    const source = sourceOf(async ({ signal }) => {
      await until('the time is up', () => signal.aborted, { timeoutMs: 3000 });
      reason = signal.reason;
      return NOTHING;
    });
    const { failures } = await new WireGuardReceiver({ source, timeout: 20, meterProvider: false }).scrape();
    assert.deepEqual(failures, []);
    assert.equal((reason as Error).name, 'TimeoutError');
  });

  it('and ends with the reason of its signal is out of time', async () => {
    const source = sourceOf(
      ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    );
    const keepAlive = setInterval(() => undefined, 1000);
    const frame = await new WireGuardReceiver({ source, timeout: 20, meterProvider: false }).scrape();
    clearInterval(keepAlive);
    assert.equal(frame.failures[0]!.code, 'TIMEOUT');
  });

  it('and does not end at all is out of time too, and is not asked again meanwhile', async () => {
    let reads = 0;
    let answer: (reading: Reading) => void = () => undefined;
    const source = sourceOf(() => {
      reads++;
      return new Promise((resolve) => (answer = resolve));
    });
    const receiver = new WireGuardReceiver({ source, timeout: 10, meterProvider: false });
    const keepAlive = setInterval(() => undefined, 1000);
    const frame = await receiver.scrape();
    assert.equal(frame.failures[0]!.code, 'TIMEOUT');
    const next = receiver.scrape();
    answer({ ...NOTHING, devices: [device([])] });
    assert.equal((await next).devices.length, 1);
    assert.equal(reads, 1);
    clearInterval(keepAlive);
    await receiver.shutdown();
  });

  it('keeps what it read before as previous', async () => {
    const previous: (Reading | undefined)[] = [];
    const here = { ...NOTHING, devices: [device([])] };
    const source = sourceOf((options) => {
      previous.push(options.previous);
      return previous.length === 2 ? Promise.reject(new Error('once')) : Promise.resolve(here);
    });
    const receiver = new WireGuardReceiver({ source, meterProvider: false });
    for (const _ of [1, 2, 3]) await receiver.scrape();
    assert.deepEqual(previous, [undefined, here, here]);
  });

  it('is logged once when that begins, and once when it is over', async () => {
    const failures: SourceFailure[] = [
      { source: 'scripted', device: 'wg0', code: 'TIMEOUT', message: 'wg0 did not answer' },
      { source: 'scripted', device: 'wg1', code: 'TIMEOUT', message: 'wg1 did not answer' },
    ];
    const script = [
      snapshot(0, [], { failures }),
      snapshot(15, [], { failures }),
      snapshot(30, [device([])], { failures: failures.slice(1) }),
      snapshot(45, [device([])]),
      snapshot(60, [device([])]),
      snapshot(75, [], { failures: failures.slice(0, 1) }),
    ];
    const source = new ScriptedSource(...script);
    const receiver = new WireGuardReceiver({ source, clock: source, meterProvider: false });
    for (const _ of script) await receiver.scrape();
    assert.deepEqual(log, [
      'warn scripted: wg0 did not answer',
      'warn scripted: wg1 did not answer',
      'info wg0 is read by test',
      'info over: scripted: wg0 did not answer',
      'info over: scripted: wg1 did not answer',
      'warn scripted: wg0 did not answer',
    ]);
  });

  it('has what it notes logged once', async () => {
    const notes = [{ source: 'scripted', message: 'there is no WireGuard device here' }];
    const source = new ScriptedSource(snapshot(0, [], { notes }));
    const receiver = new WireGuardReceiver({ source, clock: source, meterProvider: false });
    await receiver.scrape();
    await receiver.scrape();
    assert.deepEqual(log, ['info scripted: there is no WireGuard device here']);
  });
});

describe('what else changes from scrape to scrape', () => {
  const log = collectDiagLog();

  async function play(...script: Snapshot[]): Promise<void> {
    const source = new ScriptedSource(...script);
    const receiver = new WireGuardReceiver({ source, clock: source, meterProvider: false, peerLimit: 1 });
    for (const _ of script) await receiver.scrape();
  }

  it('is logged once: which source reads a device, and whether it is there', async () => {
    const here = (source: string) => [device([], { source })];
    await play(
      ...[here('uapi'), here('uapi'), [], [], here('wg-show')].map((devices, index) => snapshot(index * 15, devices)),
    );
    assert.deepEqual(log, [
      'info wg0 is read by uapi',
      'warn wg0 is gone or down',
      'info wg0 is read by wg-show',
      'info wg0 is up again',
    ]);
  });

  it('is logged once: that peers are folded', async () => {
    const peers = (...labels: string[]) => [device(labels.map((label) => peer(label)))];
    await play(
      ...[peers('a'), peers('a', 'b'), peers('a', 'b', 'c'), peers('a')].map((devices, index) =>
        snapshot(index * 15, devices),
      ),
    );
    assert.deepEqual(log.slice(1), [
      'warn wg0 has more peers than the limit: 1 of them are added up in the overflow series',
      'info wg0: every peer has metrics of its own again',
    ]);
  });

  it('is logged: a step of the clock', async () => {
    await play(snapshot(0, []), snapshot(15, [], { takenAt: EPOCH - 3_600_000 }));
    assert.deepEqual(log, ['warn the wall clock stepped by -3615.0 s; ages are not affected']);
  });
});

describe('an onFrame that rejects', () => {
  const log = collectDiagLog();
  const source = new ScriptedSource(snapshot(0, []));

  it('rejects the scrape that was asked for', async () => {
    const onFrame = (): Promise<void> => Promise.reject(new Error('queue is full'));
    const receiver = new WireGuardReceiver({ source, clock: source, meterProvider: false, onFrame });
    await assert.rejects(receiver.scrape(), /queue is full/);
  });

  it('is logged, and does not end the scrapes', async () => {
    let frames = 0;
    const onFrame = (): void => {
      if (++frames === 1) throw new Error('queue is full');
    };
    const schedule = { initialDelay: 0, collectionInterval: 1, loggerProvider: false } as const;
    const receiver = new WireGuardReceiver({ ...schedule, source, clock: source, meterProvider: false, onFrame });
    receiver.start();
    await until('the next scrapes', () => frames >= 3);
    await receiver.shutdown();
    assert.deepEqual(log, ['error a scrape failed Error: queue is full']);
  });

  it('again and again is logged once', async () => {
    let frames = 0;
    const onFrame = (): void => {
      frames++;
      throw new Error('queue is full');
    };
    const schedule = { initialDelay: 0, collectionInterval: 1, loggerProvider: false } as const;
    const receiver = new WireGuardReceiver({ ...schedule, source, clock: source, meterProvider: false, onFrame });
    receiver.start();
    await until('some scrapes', () => frames >= 5);
    await receiver.shutdown();
    assert.deepEqual(log, ['error a scrape failed Error: queue is full']);
  });
});

describe('an onFrame that waits for the receiver', () => {
  const source = new ScriptedSource(snapshot(0, []));

  it('gets the frame from scrape', async () => {
    let got: Frame | undefined;
    const onFrame = async (): Promise<void> => void (got = await receiver.scrape());
    const receiver: WireGuardReceiver = new WireGuardReceiver({ source, clock: source, meterProvider: false, onFrame });
    assert.equal(await receiver.scrape(), got);
  });

  it('does not hold shutdown up for ever', async () => {
    const onFrame = (): Promise<void> => receiver.shutdown();
    const options = { source, clock: source, meterProvider: false, timeout: 1, onFrame } as const;
    const receiver: WireGuardReceiver = new WireGuardReceiver(options);
    const keepAlive = setInterval(() => undefined, 1000);
    await receiver.scrape();
    await receiver.shutdown();
    clearInterval(keepAlive);
  });
});

describe('an application that is not in order', () => {
  it('with a logger that throws, goes on', async () => {
    const broken = (): never => assert.fail('disk full');
    diag.setLogger({ error: broken, warn: broken, info: broken, debug: broken, verbose: broken }, DiagLogLevel.WARN);
    const failures: SourceFailure[] = [{ source: 'x', device: undefined, code: 'TIMEOUT', message: '' }];
    const source = new ScriptedSource(snapshot(0, [], { failures }));
    let frames = 0;
    const receiver = new WireGuardReceiver({
      source,
      clock: source,
      initialDelay: 0,
      collectionInterval: 1,
      meterProvider: false,
      onFrame: () => void (++frames % 2 === 0 || assert.fail('queue is full')),
    });
    receiver.start();
    await until('some scrapes', () => frames >= 4);
    await receiver.shutdown();
    diag.disable();
  });

  it('with a meter provider that throws, is told and scrapes', async () => {
    const source = new ScriptedSource(snapshot(0, []));
    const meterProvider = { getMeter: () => assert.fail('no meter') };
    const receiver = new WireGuardReceiver({ source, clock: source, initialDelay: 0, meterProvider });
    receiver.start();
    await until('a scrape', () => receiver.frame !== undefined);
    await receiver.shutdown();
  });

  it('with a source that leaves out what it has nothing of, gets a frame', async () => {
    const source = sourceOf(() => Promise.resolve({ devices: [device([])] } as unknown as Reading));
    const frame = await new WireGuardReceiver({ source, meterProvider: false }).scrape();
    assert.deepEqual([frame.devices.length, frame.failures], [1, []]);
  });
});
