import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import {
  context,
  metrics,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  trace,
  type Context,
  type ContextManager,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { execa } from 'execa';
import { afterEach, describe, it } from 'mocha';
import { SCOPE, WireGuardReceiver, type ReceiverOptions } from '@wgotel/core';
import { repositoryPath } from '../../support/repository.js';
import { ScriptedSource } from '../../support/scripted-source.js';
import { device, EPOCH, peer, snapshot } from '../../support/snapshots.js';
import { collectDiagLog } from './diag-log.js';
import { NOTHING, sourceOf } from './sources.js';

describe('the meter provider', () => {
  const log = collectDiagLog();
  const NO_PROVIDER =
    'warn there is no MeterProvider yet, so metrics go nowhere: set one up before start(), or pass it in';
  afterEach(() => metrics.disable());

  it('is the one that is global at start, not the one at construction', async () => {
    const source = new ScriptedSource(snapshot(0, [device([peer('a')])]));
    const receiver = new WireGuardReceiver({ source, clock: source });
    const exporter = new InMemoryMetricExporter(1);
    const reader = new PeriodicExportingMetricReader({ exporter });
    const provider = new MeterProvider({ readers: [reader] });
    metrics.setGlobalMeterProvider(provider);
    receiver.start();
    await receiver.scrape();
    await reader.forceFlush();
    await receiver.shutdown();
    await provider.shutdown();
    const names = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
    assert.ok(names.some(({ descriptor }) => descriptor.name === 'wireguard.peer.io'));
    assert.ok(!log.includes(NO_PROVIDER));
  });

  it('is missed once', async () => {
    const receiver = new WireGuardReceiver({ source: new ScriptedSource(snapshot(0, [])), loggerProvider: false });
    assert.deepEqual(log, []);
    receiver.start();
    receiver.start();
    assert.deepEqual(log, [NO_PROVIDER]);
    await receiver.shutdown();
  });

  it('is not missed by who wants none', async () => {
    const nowhere = { meterProvider: false, loggerProvider: false } as const;
    const receiver = new WireGuardReceiver({ source: new ScriptedSource(snapshot(0, [])), ...nowhere });
    receiver.start();
    await receiver.shutdown();
    assert.deepEqual(log, []);
  });
});

describe('the tracer provider', () => {
  const log = collectDiagLog();
  const NO_PROVIDER = 'there is no TracerProvider yet, so spans go nowhere: set one up before start(), or pass it in';
  const nowhere = { meterProvider: false, loggerProvider: false } as const;
  const devices = [device([peer('a', { lastHandshakeTime: EPOCH })])];
  const history = (): ScriptedSource => new ScriptedSource(snapshot(1, devices), snapshot(16, devices));
  afterEach(() => trace.disable());

  it('is the one that is global at start, and its spans end with the receiver', async () => {
    const source = history();
    const receiver = new WireGuardReceiver({ source, clock: source, ...nowhere });
    const exporter = new InMemorySpanExporter();
    const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    trace.setGlobalTracerProvider(provider);
    receiver.start();
    const frame = await receiver.scrape();
    const ids = receiver.sessions!.current(frame.devices[0]!.peers[0]!.series);
    await receiver.shutdown();
    assert.equal(receiver.sessions, undefined);
    assert.deepEqual(
      exporter.getFinishedSpans().map(({ name, instrumentationScope }) => [name, instrumentationScope.name]),
      [['wireguard.session', SCOPE.name]],
    );
    assert.equal(exporter.getFinishedSpans()[0]!.spanContext().spanId, ids!.spanId);
  });

  for (const [what, tracerProvider, level] of [
    ['the global one', undefined, 'info'],
    ['one that was passed in', new ProxyTracerProvider(), 'warn'],
  ] as const) {
    it(`is missed once: ${what}`, async () => {
      const source = history();
      const receiver = new WireGuardReceiver({ source, clock: source, tracerProvider, ...nowhere });
      receiver.start();
      await receiver.scrape();
      await receiver.scrape();
      await receiver.shutdown();
      assert.deepEqual(
        log.filter((line) => line.includes('TracerProvider')),
        [`${level} ${NO_PROVIDER}`],
      );
    });
  }
});

describe('the logger provider', () => {
  const log = collectDiagLog();
  const key = Symbol.for('io.opentelemetry.js.api.logs');
  afterEach(() => Reflect.deleteProperty(globalThis, key));

  const start = async (options: ReceiverOptions): Promise<void> => {
    const source = new ScriptedSource(snapshot(0, []));
    const receiver = new WireGuardReceiver({ source, clock: source, meterProvider: false, ...options });
    receiver.start();
    receiver.start();
    await receiver.shutdown();
  };

  it('is the one that is global at start', async () => {
    const asked: unknown[] = [];
    const getLogger = (...scope: unknown[]): object => {
      asked.push(scope);
      return { emit: () => undefined };
    };
    Reflect.set(globalThis, key, (version: number) => (version === 1 ? { getLogger } : undefined));
    await start({});
    assert.deepEqual(asked, [[SCOPE.name, SCOPE.version]]);
    assert.deepEqual(log, []);
  });

  it('is missed once', async () => {
    await start({});
    assert.deepEqual(log, [
      'info there is no LoggerProvider yet, so events go nowhere: set one up before start(), or pass it in',
    ]);
  });

  it('harms nobody if it throws', async () => {
    const getLogger = (): never => {
      throw new Error('no more loggers');
    };
    await start({ loggerProvider: { getLogger } });
    assert.deepEqual(log, ['error there is no logger to be had, so events go nowhere Error: no more loggers']);
  });
});

describe('reading', () => {
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, run, thisArg, ...args) => storage.run(active, () => run.apply(thisArg, args)),
    bind: (_, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  afterEach(() => context.disable());

  it('is not traced, what the application does with it is', async () => {
    context.setGlobalContextManager(manager);
    const suppressed: boolean[] = [];
    const note = (): unknown => suppressed.push(isTracingSuppressed(context.active()));
    const source = sourceOf(async () => {
      note();
      await turn();
      note();
      return NOTHING;
    });
    await new WireGuardReceiver({ source, meterProvider: false, onFrame: () => void note() }).scrape();
    note();
    assert.deepEqual(suppressed, [true, true, false, false]);
  });
});

describe('the process', () => {
  /** Runs a program with a receiver whose source finds nothing; fails unless it ends by itself. */
  const run = (program: string): Promise<{ stdout: string }> =>
    execa(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { WireGuardReceiver } from '@wgotel/core';
         const source = { name: 'none', read: async () => ({ devices: [], failures: [], notes: [] }) };
         ${program}`,
      ],
      { cwd: repositoryPath('.'), timeout: 30_000 },
    );

  it('is not kept alive before the first scrape', async () => {
    const { stdout } = await run(`
      new WireGuardReceiver({ source, initialDelay: 3_600_000 }).start();
      console.log('started');`);
    assert.equal(stdout, 'started');
  });

  it('is not kept alive between scrapes', async () => {
    const { stdout } = await run(`
      const held = setInterval(() => {}, 1000);
      const onFrame = () => { clearInterval(held); console.log('scraped'); };
      new WireGuardReceiver({ source, initialDelay: 0, collectionInterval: 3_600_000, onFrame }).start();`);
    assert.equal(stdout, 'scraped');
  });
});
