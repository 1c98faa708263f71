import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { Exposition, formatFor, labelName, labelText, makeProfiles, Page, takesGzip } from '@wgotel/agent';
import { runAtOnce, Tracker, visitPoints, type Frame } from '@wgotel/core';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { anyFrame } from '../../support/frames.js';
import { assertGolden } from '../../support/golden.js';
import { advance, device, peer, snapshot } from '../../support/snapshots.js';
import { scenario } from './scenario.js';
import { expositionOf, pageText, receiverWith, samples, sourceOf, textOf } from './shown.js';

/** The SDK's `AggregationTemporality.CUMULATIVE`. */
const CUMULATIVE = 1;

const ascending = (a: number, b: number): number => a - b;

describe('the page of metrics', () => {
  it('looks as it always did, as text', async () => {
    assertGolden('prometheus/native.txt', await pageText(expositionOf({ wireguard: receiverWith(scenario()) })));
  });

  it('looks as it always did, as OpenMetrics', async () => {
    const exposition = expositionOf({ wireguard: receiverWith(scenario()) });
    assertGolden('prometheus/native.openmetrics.txt', await pageText(exposition, 'openmetrics'));
  });

  it('has a sample for each point of a frame, with its value and a line of its own', () =>
    fc.assert(
      fc.asyncProperty(anyFrame, async (frame) => {
        const values: number[] = [];
        const sink = { metric: () => undefined, point: (...of: unknown[]) => void values.push(of.at(-1) as number) };
        runAtOnce(visitPoints(frame, frame.monotonicTime, sink));
        const lines = await samples(expositionOf({ wireguard: receiverWith(frame) }));
        const shown = lines.filter((line) => !line.startsWith('target_info'));
        const shownValues = shown.map((line) => Number(line.slice(line.lastIndexOf(' '))));
        assert.deepEqual(shownValues.toSorted(ascending), values.toSorted(ascending));
        assert.equal(new Set(lines.map((line) => line.slice(0, line.lastIndexOf(' ')))).size, lines.length);
      }),
      { seed: 6, numRuns: 200 },
    ));

  it('holds the samples of a metric together, also of several receivers, which a label tells apart', async () => {
    const frame = scenario();
    const text = await pageText(expositionOf({ wireguard: receiverWith(frame), 'wireguard/b': receiverWith(frame) }));
    const types = text.split('\n').filter((line) => line.startsWith('# TYPE'));
    assert.equal(new Set(types).size, types.length);
    const lines = text.split('\n').filter((line) => line.startsWith('wireguard_device_up'));
    assert.deepEqual(lines, [
      'wireguard_device_up_ratio{network_interface_name="wg0",wgotel_receiver="wireguard"} 1',
      'wireguard_device_up_ratio{network_interface_name="wg0",wireguard_device_netns="blue",wgotel_receiver="wireguard"} 0',
      'wireguard_device_up_ratio{network_interface_name="wg0",wgotel_receiver="wireguard/b"} 1',
      'wireguard_device_up_ratio{network_interface_name="wg0",wireguard_device_netns="blue",wgotel_receiver="wireguard/b"} 0',
    ]);
  });

  it('says what the receivers agree they are of', async () => {
    const [a, b] = [receiverWith(undefined), receiverWith(undefined)];
    const receivers = {
      a: { ...a, resource: { 'service.name': 'wgotel', 'host.name': 'h' } },
      b: { ...b, resource: { 'service.name': 'wgotel' } },
    };
    assert.deepEqual(await samples(expositionOf(receivers)), ['target_info{service_name="wgotel"} 1']);
  });

  it('has the agent’s own metrics', async () => {
    const reader = new PeriodicExportingMetricReader({ exporter: new InMemoryMetricExporter(CUMULATIVE) });
    const meter = new MeterProvider({ readers: [reader] }).getMeter('own');
    const histogram = meter.createHistogram('wgotel.duration', {
      unit: 's',
      description: 'How long.',
      advice: { explicitBucketBoundaries: [0.5, 1] },
    });
    for (const value of [0.25, 1, 7]) histogram.record(value, { 'wgotel.receiver': 'wireguard' });
    meter.createCounter('wgotel.scrape.skipped', { unit: '{scrape}', description: 'Left out.' }).add(3);
    meter.createGauge('wgotel.memory', { unit: 'By', description: 'Used.' }).record(5);
    const { resourceMetrics } = await reader.collect();
    await reader.shutdown();
    const source = { ...sourceOf({}), selfMetrics: () => Promise.resolve(resourceMetrics.scopeMetrics) };
    const exposition = new Exposition([...makeProfiles({ native: {} }).values()], source);
    assertGolden('prometheus/self-metrics.txt', await pageText(exposition));
  });

  it('is compressed to the same', async () => {
    const page = await expositionOf({ wireguard: receiverWith(scenario()) }).page();
    const compressed = Buffer.concat((await page.body('text', true)).pieces);
    assert.equal(gunzipSync(compressed).toString(), textOf(await page.body('text', false)));
    assert.equal((await page.body('text', true)).length, compressed.length);
  });
});

describe('a page of metrics, over time', () => {
  const maxAge = 30_000;
  const frameAt = (tracker: Tracker, seconds: number, label = 'a'): Frame =>
    advance(tracker, snapshot(seconds, [device([peer(label, { receiveBytes: seconds })])]));

  it('is rendered once for each frame', async () => {
    const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 10 });
    const receiver = receiverWith(frameAt(tracker, 0));
    const exposition = expositionOf({ wireguard: receiver });
    const [first, second] = await Promise.all([exposition.page(), exposition.page()]);
    assert.equal(first, second);
    assert.equal(await first.body('text', true), await second.body('text', true));
    receiver.receiver.frame = frameAt(tracker, 15);
    assert.notEqual(await exposition.page(), first);
  });

  it('loses a device that was read too long ago, though nothing is read any longer', async () => {
    const frame = frameAt(new Tracker({ collectionInterval: 15_000, peerLimit: 10 }), 0);
    assert.equal(frame.maxAge, maxAge);
    let now = frame.monotonicTime;
    const exposition = expositionOf({ wireguard: receiverWith(frame) }, { native: {} }, () => now);
    const about = (lines: readonly string[]): string[] => lines.filter((line) => line.includes('wg0'));
    assert.ok(about(await samples(exposition)).length > 0);
    now += maxAge;
    assert.ok(about(await samples(exposition)).length > 0);
    now += 1;
    assert.deepEqual(about(await samples(exposition)), []);
  });

  it('loses each device at its own time', async () => {
    const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 10 });
    advance(tracker, snapshot(0, [device([]), device([], { name: 'wg1' })]));
    const failures = [{ source: 'test', device: 'wg0', code: 'TIMEOUT', message: 'too slow' } as const];
    const frame = advance(tracker, snapshot(15, [device([], { name: 'wg1' })], { failures }));
    let now = frame.monotonicTime;
    const exposition = expositionOf({ wireguard: receiverWith(frame) }, { native: {} }, () => now);
    const shown = async (): Promise<string[]> =>
      (await samples(exposition)).filter((line) => line.startsWith('wireguard_peer_count') && line.includes('never'));
    assert.equal((await shown()).length, 2);
    now += 15_001;
    assert.deepEqual(await shown(), [
      'wireguard_peer_count{network_interface_name="wg1",wireguard_peer_state="never"} 0',
    ]);
    assert.match(
      (await samples(exposition)).join('\n'),
      /wireguard_device_scrape_errors_total\{network_interface_name="wg0",error_type="timeout"\} 1/,
    );
    now += 15_000;
    assert.deepEqual(await shown(), []);
  });

  it('adds peers up as the configuration says, also those that came and went between two pages', async () => {
    const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 10 });
    const receiver = receiverWith(frameAt(tracker, 0), {
      'wireguard.peer.io': { attributes: ['network.interface.name', 'network.io.direction'] },
    });
    const exposition = expositionOf({ wireguard: receiver });
    const received = async (): Promise<string[]> =>
      (await samples(exposition)).filter((line) => /peer_io.*receive/.test(line));
    await exposition.follow();
    for (const [seconds, label] of [
      [15, 'b'],
      [30, 'c'],
    ] as const) {
      receiver.receiver.frame = frameAt(tracker, seconds, label);
      await exposition.follow();
    }
    const line = (value: number): string[] => [
      `wireguard_peer_io_bytes_total{network_interface_name="wg0",network_io_direction="receive"} ${value}`,
    ];
    assert.deepEqual(await received(), line(45));
    assert.deepEqual(await received(), line(45));
  });

  it('tells of the failure to make one, and makes the next', async () => {
    const receiver = receiverWith(scenario());
    let fails = true;
    const exposition = expositionOf({
      wireguard: {
        ...receiver,
        get config() {
          if (fails) throw new Error('broken');
          return { metrics: {} };
        },
      },
    });
    await assert.rejects(exposition.page(), /broken/);
    fails = false;
    await assert.rejects(exposition.page(), /broken/);
    receiver.receiver.frame = scenario();
    assert.ok((await samples(exposition)).length > 0);
  });
});

describe('labels', () => {
  for (const [name, label] of [
    ['network.interface.name', 'network_interface_name'],
    ['a-b..c', 'a_b_c'],
    ['0a', 'key_0a'],
    ['ä', '_'],
    ['_', '_'],
  ] as const) {
    it(`are called ${label} for ${name}`, () => assert.equal(labelName(name), label));
  }

  for (const [value, text] of [
    ['', 'a=""'],
    ['x "y" z', 'a="x \\"y\\" z"'],
    ['back\\slash', 'a="back\\\\slash"'],
    ['\\"', 'a="\\\\\\""'],
    ['two\nlines', 'a="two\\nlines"'],
    ['tab\tand\rreturn', 'a="tab\tand\rreturn"'],
    ['{},=#', 'a="{},=#"'],
    ['Zoë 🐍', 'a="Zoë 🐍"'],
    ['$& $1', 'a="$& $1"'],
  ] as const) {
    it(`are written ${text}`, () => assert.equal(labelText({ a: value }), text));
  }

  it('that several attributes become share their values', () => {
    assert.equal(labelText({ 'a.b': '1', c: true, a_b: '2' }), 'a_b="1;2",c="true"');
  });

  it('are bytes of UTF-8 on the page, whatever the value', async () => {
    const page = new Page();
    page.samplesOf({ name: 'm', type: 'gauge', help: 'h "q" \\ \n!' }).add(labelText({ a: 'Zoë \ud800' }), 1e21);
    assert.equal(
      textOf(await page.body('text', false)),
      '# HELP m h "q" \\\\ \\n!\n# TYPE m gauge\nm{a="Zoë \ufffd"} 1e+21\n',
    );
    assert.equal(
      textOf(await page.body('openmetrics', false)),
      '# TYPE m gauge\n# HELP m h \\"q\\" \\\\ \\n!\nm{a="Zoë \ufffd"} 1e+21\n# EOF\n',
    );
  });
});

describe('the format of a page', () => {
  const PROMETHEUS_2_42 =
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
  const PROMETHEUS_3 =
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1';
  for (const [accept, format] of [
    [undefined, 'text'],
    ['', 'text'],
    ['*/*', 'text'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'text'],
    ['text/plain;version=0.0.4', 'text'],
    ['application/openmetrics-text', 'openmetrics'],
    ['Application/OpenMetrics-Text; Version="1.0.0"', 'openmetrics'],
    ['application/openmetrics-text;version=2.0.0', 'text'],
    ['application/openmetrics-text;q=0.3,text/plain;q=0.4', 'text'],
    ['application/openmetrics-text;q=0.4,text/plain;q=0.3', 'openmetrics'],
    ['application/openmetrics-text;q=0', 'text'],
    ['application/openmetrics-text;q=7', 'text'],
    ['image/png', 'text'],
    [PROMETHEUS_2_42, 'openmetrics'],
    [PROMETHEUS_3, 'openmetrics'],
  ] as const) {
    it(`is ${format} for ${accept}`, () => assert.equal(formatFor(accept), format));
  }

  for (const [encoding, isTaken] of [
    [undefined, false],
    ['', false],
    ['gzip', true],
    ['deflate, GZIP;q=0.5', true],
    ['*', true],
    ['gzip;q=0, *', false],
    ['identity', false],
    ['br', false],
  ] as const) {
    it(`is ${isTaken ? '' : 'not '}compressed for ${encoding}`, () => assert.equal(takesGzip(encoding), isTaken));
  }
});
