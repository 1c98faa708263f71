import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { diag, DiagLogLevel, type TracerProvider } from '@opentelemetry/api';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { MeterProvider, MetricReader, type MetricData } from '@opentelemetry/sdk-metrics';
import { WireGuardInstrumentation, type EventRecord } from '@wgotel/core';
import { afterEach, describe, it } from 'mocha';
import { ScriptedSource } from '../../support/scripted-source.js';
import { device, peer, snapshot } from '../../support/snapshots.js';

/** Collects when it is asked to. */
class Reader extends MetricReader {
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
  async metrics(): Promise<MetricData[]> {
    const { resourceMetrics } = await this.collect();
    return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
  }
  async names(): Promise<string[]> {
    return (await this.metrics()).map(({ descriptor }) => descriptor.name);
  }
  async series(name: string): Promise<number | undefined> {
    return (await this.metrics()).find(({ descriptor }) => descriptor.name === name)?.dataPoints.length;
  }
}

function meters(): { reader: Reader; provider: MeterProvider } {
  const reader = new Reader();
  return { reader, provider: new MeterProvider({ readers: [reader] }) };
}

/** Two devices that differ in one peer. */
const script = (): ScriptedSource =>
  new ScriptedSource(snapshot(0, [device([peer('a')])]), snapshot(15, [device([peer('a'), peer('b')])]));

describe('WireGuardInstrumentation', () => {
  let instrumentation: WireGuardInstrumentation | undefined;
  afterEach(async () => {
    await instrumentation?.shutdown();
    diag.disable();
  });

  function make(source = script()): WireGuardInstrumentation {
    return (instrumentation = new WireGuardInstrumentation({ source, clock: source, initialDelay: 1_000_000 }));
  }

  it('gives its instruments to the provider it gets, also one that comes after it was enabled', async () => {
    const { reader, provider } = meters();
    const { receiver } = make();
    instrumentation!.enable();
    instrumentation!.setMeterProvider(provider);
    await turn();
    await receiver.scrape();
    assert.ok((await reader.names()).includes('wireguard.peer.io'));
  });

  it('makes them anew with another provider, and takes them off the one before', async () => {
    const [first, second] = [meters(), meters()];
    const { receiver } = make();
    instrumentation!.setMeterProvider(first.provider);
    instrumentation!.enable();
    await turn();
    await receiver.scrape();
    instrumentation!.setMeterProvider(second.provider);
    await turn();
    assert.ok((await second.reader.names()).includes('wireguard.peer.io'));
    const made = first.reader.names();
    assert.ok(!(await made).includes('wireguard.device.up'), 'the first provider is not asked any more');
  });

  it('is what registerInstrumentations takes, and is ended by what that returns', async () => {
    const { reader, provider } = meters();
    const { receiver } = make();
    const unload = registerInstrumentations({ instrumentations: [instrumentation!], meterProvider: provider });
    await turn();
    await receiver.scrape();
    assert.equal(await reader.series('wireguard.peer.io'), 2);
    unload();
    assert.deepEqual(instrumentation!.getConfig(), { enabled: false });
  });

  it('writes events to the logger it gets', async () => {
    const records: EventRecord[] = [];
    const { receiver } = make();
    instrumentation!.enable();
    instrumentation!.setLoggerProvider({ getLogger: () => ({ emit: (record) => records.push(record) }) });
    await turn();
    await receiver.scrape();
    await receiver.scrape();
    assert.deepEqual(
      records.map(({ eventName }) => eventName),
      ['wireguard.peer.added'],
    );
  });

  it('asks the tracer provider it gets for a tracer', async () => {
    const asked: string[] = [];
    make().enable();
    const provider: TracerProvider = {
      getTracer: (name) => {
        asked.push(name);
        throw new Error('none here');
      },
    };
    instrumentation!.setTracerProvider(provider);
    await turn();
    assert.deepEqual(asked, ['@wgotel/core']);
  });

  it('does nothing unless it is enabled, and nothing any more once it is disabled', async () => {
    const { reader, provider } = meters();
    const { receiver } = make();
    instrumentation!.setMeterProvider(provider);
    await turn();
    await receiver.scrape();
    assert.deepEqual(await reader.names(), []);
    instrumentation!.setConfig({ enabled: true });
    assert.deepEqual(instrumentation!.getConfig(), { enabled: true });
    await turn();
    assert.equal(await reader.series('wireguard.peer.io'), 2);
    instrumentation!.disable();
    assert.deepEqual(instrumentation!.getConfig(), { enabled: false });
    await turn();
    // The SDK goes on to show what it was told last, but the new peer it is not told of.
    await receiver.scrape();
    assert.equal(await reader.series('wireguard.peer.io'), 2);
  });

  it('says once if nobody gives it a meter provider', async () => {
    const warnings: string[] = [];
    const none = (): void => undefined;
    const warn = (_: string, ...args: unknown[]): void => void warnings.push(String(args[0]));
    diag.setLogger({ error: none, warn, info: none, debug: none, verbose: none }, DiagLogLevel.ALL);
    make().enable();
    instrumentation!.enable();
    await turn();
    assert.equal(warnings.filter((message) => message.includes('no MeterProvider')).length, 1);
  });
});
