import assert from 'node:assert/strict';
import { trace, TraceFlags } from '@opentelemetry/api';
import {
  Disclosure,
  EVENTS,
  Series,
  type Change,
  type EventRecord,
  type EventsSettings,
  type SpanIds,
} from '@wgotel/core';
import { describe, it } from 'mocha';
import { at, frameOf, peerView } from '../../../support/changes.js';
import { assertGolden } from '../../../support/golden.js';
import { EPOCH, keyOf } from '../../../support/snapshots.js';
import { CHANGES } from './change-table.js';
import { EventSelection, EventWriter } from './internals.js';
import { lines, recorder, rendered, type ChangeOf } from './records.js';

const ALL: EventsSettings = Object.fromEntries(EVENTS.map(({ name }) => [name, { enabled: true }]));

interface Written {
  readonly records: readonly EventRecord[];
  readonly said: readonly string[];
  readonly writer: InstanceType<typeof EventWriter>;
}

/** Writes one frame of these changes after the other, ten seconds apart. */
async function write(
  frames: readonly (readonly Change[])[],
  {
    settings,
    spanOf,
    told = new Disclosure(),
  }: { settings?: EventsSettings; spanOf?: () => SpanIds; told?: Disclosure } = {},
): Promise<Written> {
  const { provider, records } = recorder();
  const { log, said } = lines();
  const writer = new EventWriter(new EventSelection(settings), told, log, spanOf);
  writer.connect(provider);
  for (const [index, changes] of frames.entries()) await writer.write(frameOf(changes, index * 10));
  return { records, said, writer };
}

async function recordsOf(
  changes: readonly Change[],
  options?: Parameters<typeof write>[1],
): Promise<readonly EventRecord[]> {
  return (await write([changes], options)).records;
}

const stale = (
  label: string,
  fields: Partial<ChangeOf<'peer.state.changed'>> = {},
): ChangeOf<'peer.state.changed'> => ({
  type: 'peer.state.changed',
  time: EPOCH,
  peer: peerView(label, {}),
  devicePublicKey: keyOf('device'),
  from: 'active',
  to: 'stale',
  reason: 'expired',
  firstHandshake: false,
  ...fields,
});
const many = <T>(count: number, make: (label: string) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(`peer ${index}`));

/** The same of a named peer with its key, or a device, in another namespace. */
function inBlue(change: Change): Change {
  if ('peer' in change)
    return { ...change, peer: { ...change.peer, series: new Series('wg0', 'id', 'name', 'blue', 'key') } };
  if ('device' in change) {
    return { ...change, device: { ...change.device, series: new Series('wg0', undefined, undefined, 'blue') } };
  }
  return change;
}

describe('events', () => {
  it('say of every kind of change what the golden file has', async () => {
    const { records } = await write([CHANGES], { settings: ALL });
    assert.equal(records.length, CHANGES.length);
    assertGolden('events.txt', records.map((record) => rendered(record, EPOCH)).join('\n'));
  });

  it('have every attribute that metadata.yaml gives them, and no other', async () => {
    const seen = new Map(EVENTS.map(({ name }) => [name as string, new Set<string>()]));
    const summaries = CHANGES.flatMap((change) => ('peer' in change ? [many(21, () => inBlue(change))] : []));
    const { records } = await write([CHANGES, CHANGES.map(inBlue), ...summaries], { settings: ALL });
    for (const { eventName, attributes } of records) {
      for (const key of Object.keys(attributes)) seen.get(eventName)!.add(key);
    }
    for (const { name, attributes } of EVENTS) {
      assert.deepEqual([...seen.get(name)!].toSorted(), attributes.toSorted(), name);
    }
  });

  it('hold no key', async () => {
    const { records } = await write([CHANGES], { settings: ALL });
    const text = JSON.stringify(records);
    for (const label of ['device', 'office', 'unnamed', 'elsewhere', 'a', 'b']) {
      const key = Buffer.from(keyOf(label), 'base64');
      assert.ok(!text.includes(keyOf(label)) && !text.includes(key.toString('hex')), label);
    }
  });

  it('are by default those worth a look', async () => {
    const { records } = await write([CHANGES]);
    const names = records.map(({ eventName, attributes }) =>
      [
        eventName.slice('wireguard.'.length),
        attributes['wireguard.peer.state'] ?? attributes['wireguard.peer.endpoint.change.type'] ?? [],
      ]
        .flat()
        .join(' '),
    );
    assert.equal(
      names.join(', '),
      'peer.state.changed stale, peer.state.changed stale, peer.state.changed active, peer.state.changed active, ' +
        'peer.endpoint.changed address, peer.endpoint.changed family, ' +
        'peer.endpoint.flapping, peer.endpoint.flapping, peer.added, peer.added, peer.removed, ' +
        'peer.config.changed, peer.config.changed, peer.counters.reset, peer.key.rotated, peer.key.rotated, ' +
        'device.added, device.removed, device.recreated, device.up, device.down, device.config.changed, ' +
        'device.config.drifted, device.config.drifted, peer.endpoint.name.moved, peer.endpoint.name.moved, ' +
        'clock.step, clock.step',
    );
  });

  const moved = (expectation: 'always' | 'site' | 'on_demand'): Change => ({
    type: 'peer.endpoint.changed',
    time: EPOCH,
    peer: peerView('a', { expectation }),
    devicePublicKey: undefined,
    kind: 'address',
    from: '192.0.2.1:1',
    to: '192.0.2.2:1',
  });
  for (const [expectation, settings, expected] of [
    ['always', {}, 1],
    ['site', {}, 1],
    ['on_demand', {}, 0],
    ['on_demand', { 'wireguard.peer.endpoint.changed': {} }, 0],
    ['on_demand', { 'wireguard.peer.endpoint.changed': { enabled: true } }, 1],
    ['always', { 'wireguard.peer.endpoint.changed': { enabled: false } }, 0],
  ] as ['always' | 'site' | 'on_demand', EventsSettings, number][]) {
    it(`are ${expected} of a move of a peer expected ${expectation}, set ${JSON.stringify(settings)}`, async () => {
      assert.equal((await recordsOf([moved(expectation)], { settings })).length, expected);
    });
  }

  it('carry the span they are part of, and none of the application', async () => {
    const span = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    const [bridged] = await recordsOf([stale('a')], { spanOf: () => span });
    assert.deepEqual(trace.getSpanContext(bridged!.context), { ...span, traceFlags: TraceFlags.SAMPLED });
    assert.equal(trace.getSpanContext((await recordsOf([stale('a')]))[0]!.context), undefined);
  });

  it('show names so that they can’t be taken for more', async () => {
    const names = ['a\nb', 'x" on wg1 turned stale', 'ok', 'пётр', 'n'.repeat(70)];
    const records = await recordsOf(names.map((name) => stale('a', { peer: peerView('a', { name }) })));
    const bodies = records.map(({ body }) => body.split(' on wg0 ')[0]);
    assert.deepEqual(bodies, ['"a\\nb"', '"x\\" on wg1 turned stale"', 'ok', 'пётр', `"${'n'.repeat(64)}…"`]);
  });
});

describe('settings of events', () => {
  for (const [settings, message] of [
    [{ 'wireguard.peer.gone': {} }, /there is no event wireguard\.peer\.gone/],
    [{ toString: {} }, /there is no event toString/],
    [{ 'wireguard.peer.added': { enabled: 'yes' } }, /wireguard\.peer\.added: expected true or false/],
  ] as [EventsSettings, RegExp][]) {
    it(`refuse ${JSON.stringify(settings)}`, async () => {
      assert.throws(() => new EventSelection(settings), { code: 'INVALID_OPTION', message });
    });
  }
});

describe('many changes alike', () => {
  it('are 20 events of 20 peers, and one of 21', async () => {
    assert.equal((await recordsOf(many(20, stale))).length, 20);
    const { records } = await write([many(21, (label) => stale(label, { time: at(label === 'peer 7' ? 3 : 1) }))]);
    assert.equal(records.length, 1);
    assert.equal(
      rendered(records[0]!, EPOCH),
      `wireguard.device.peers.changed 13 at 3000 seen at 0
  21 peers of wg0 turned stale: expired
  network.interface.name: "wg0"
  wireguard.summary.event: "wireguard.peer.state.changed"
  wireguard.summary.peers: 21
  wireguard.peer.state: "stale"
  wireguard.peer.previous.state: "active"
  wireguard.peer.state.reason: "expired"
`,
    );
  });

  it('are alike only on one device, with the same facts', async () => {
    const changes = [
      ...many(15, stale),
      ...many(15, (label) => stale(label, { reason: 'unanswered' })),
      ...many(15, (label) => stale(label, { peer: peerView(label, { device: 'wg1' }) })),
      ...many(15, (label) => stale(label, { peer: peerView(label, { netns: 'blue' }) })),
    ];
    assert.equal((await recordsOf(changes)).length, 60);
    const { records } = await write([[...changes, ...many(30, stale)]]);
    assert.deepEqual(
      records.map(({ eventName, attributes }) => [eventName, attributes['wireguard.summary.peers']]).slice(0, 2),
      [
        ['wireguard.device.peers.changed', 45],
        ['wireguard.peer.state.changed', undefined],
      ],
    );
    assert.equal(records.length, 46);
  });

  it('count no peer whose event is off', async () => {
    const idle = many(21, (label) => stale(label, { to: 'idle', reason: undefined }));
    assert.equal((await recordsOf(idle)).length, 0);
  });

  it('are one by one if the summary is off', async () => {
    const settings = { 'wireguard.device.peers.changed': { enabled: false } };
    assert.equal((await recordsOf(many(21, stale), { settings })).length, 21);
  });
});

describe('too many events', () => {
  const settings = { 'wireguard.device.peers.changed': { enabled: false } };

  it('are dropped beyond 200 at once and 10 a second, and counted by name', async () => {
    const added: Change = {
      type: 'peer.added',
      time: EPOCH,
      peer: peerView('a', {}),
      devicePublicKey: '',
      addressReused: false,
    };
    const { records, writer } = await write([[...many(250, stale), added], many(120, stale)], { settings });
    assert.equal(records.length, 200 + 1 + 100);
    assert.deepEqual([...writer.dropped], [['wireguard.peer.state.changed', 50 + 20]]);
  });

  it('are said once, and once when it is over', async () => {
    const { said } = await write([many(250, stale), many(150, stale), many(150, stale), [], [], [stale('a')], []], {
      settings,
    });
    assert.deepEqual(said, [
      'warn: too many wireguard.peer.state.changed: beyond 200 at once and 10 a second, records are dropped',
      'info: over: too many wireguard.peer.state.changed; 150 were dropped since the beginning',
    ]);
  });
});

describe('a logger that throws', () => {
  it('harms nobody and is reported once, until it works again', async () => {
    let broken = true;
    let emitted = 0;
    const emit = (): void => {
      if (broken) throw new Error('full');
      emitted++;
    };
    const { log, said } = lines();
    const writer = new EventWriter(new EventSelection(), new Disclosure(), log);
    writer.connect({ getLogger: () => ({ emit }) });
    await writer.write(frameOf([stale('a'), stale('b')]));
    broken = false;
    await writer.write(frameOf([stale('a'), stale('b')]));
    broken = true;
    await writer.write(frameOf([stale('a'), stale('b')]));
    assert.equal(emitted, 2);
    assert.deepEqual(said, ['warn: an event could not be written', 'warn: an event could not be written']);
  });

  it('need not be there', async () => {
    const { log, said } = lines();
    const writer = new EventWriter(new EventSelection(), new Disclosure(), log);
    await writer.write(frameOf([stale('a')]));
    writer.connect(undefined);
    await writer.write(frameOf([stale('a')]));
    assert.match(said.join('\n'), /^info: there is no LoggerProvider yet, so events go nowhere/);
  });
});
