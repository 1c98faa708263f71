import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Disclosure, EVENTS, type Change, type EndpointMode, type EventRecord, type PeerView } from '@wgotel/core';
import { describe, it } from 'mocha';
import { at, frameOf, peerView } from '../../../support/changes.js';
import { anyEndpoint } from '../../../support/endpoints.js';
import { assertGolden } from '../../../support/golden.js';
import { device, EPOCH, keyOf, peer } from '../../../support/snapshots.js';
import { SessionHistory } from '../../../support/session-history.js';
import { subnetOf } from '../../model/internals.js';
import { CHANGES } from './change-table.js';
import { EventSelection, EventWriter } from './internals.js';
import { lines, recorder, rendered } from './records.js';

const ALL = Object.fromEntries(EVENTS.map(({ name }) => [name, { enabled: true }]));

async function recordsOf(changes: readonly Change[], endpoints: EndpointMode): Promise<readonly EventRecord[]> {
  const { provider, records } = recorder();
  const writer = new EventWriter(new EventSelection(ALL), new Disclosure(undefined, endpoints), lines().log);
  writer.connect(provider);
  await writer.write(frameOf(changes));
  return records;
}

/** Everything that is said of one peer that was in one place and is in another. */
function changesOf(from: string, to: string, addresses: readonly string[]): Change[] {
  const view: PeerView = peerView('office', { name: 'office', peer: { endpoint: to, lastHandshakeTime: at(-10) } });
  const of = { time: at(0), peer: view, devicePublicKey: keyOf('device') } as const;
  return [
    { ...of, type: 'peer.handshake', previous: at(-120) },
    { ...of, type: 'peer.state.changed', from: 'active', to: 'stale', reason: 'expired', firstHandshake: false },
    { ...of, type: 'peer.endpoint.changed', kind: 'address', from, to },
    {
      ...of,
      type: 'peer.endpoint.flapping',
      phase: 'start',
      since: at(-9),
      changes: 4,
      addresses: 2,
      alternating: true,
    },
    { ...of, type: 'peer.endpoint.name.moved', phase: 'start', host: 'vpn.example.com', addresses },
    { ...of, type: 'peer.connected' },
    { ...of, type: 'peer.disconnected', since: at(-60), receiveBytes: 1, transmitBytes: 2 },
  ];
}

const textOf = (records: readonly EventRecord[]): string =>
  JSON.stringify(records.map(({ body, attributes }) => [body, attributes]));

describe('endpoints in events', () => {
  const seen = CHANGES.filter(({ type }) =>
    ['peer.endpoint.changed', 'peer.endpoint.name.moved', 'peer.connected'].includes(type),
  );

  for (const mode of ['subnet', 'off'] as const) {
    it(`are told as the golden file has it where they are ${mode}`, async () => {
      const records = await recordsOf(seen, mode);
      assertGolden(`events-endpoints-${mode}.txt`, records.map((record) => rendered(record, EPOCH)).join('\n'));
    });
  }

  it('are told by no event more than by their subnets, and with no port or host, where they are subnet', async () => {
    await fc.assert(
      fc.asyncProperty(anyEndpoint, anyEndpoint, anyEndpoint, async (from, to, other) => {
        const records = await recordsOf(changesOf(from.endpoint, to.endpoint, [other.text]), 'subnet');
        assert.equal(records.length, 7);
        const subnets = [from, to, other].map(({ text }) => subnetOf(text)!);
        const written = subnets
          .map(({ address, length }) => `${address}/${length}`)
          .toSorted((a, b) => b.length - a.length);
        for (const { attributes, body } of records) {
          for (const [key, value] of Object.entries(attributes)) {
            assert.doesNotMatch(key, /port$|host$/);
            if (key.endsWith('.address'))
              assert.ok(
                subnets.some(({ address }) => address === value),
                key,
              );
            if (key.endsWith('.name.addresses')) assert.deepEqual(value, [subnets[2]!.address]);
          }
          // Nothing is left of the line that could be an address once its subnets are taken out, the longest first.
          const rest = written.reduce((text, subnet) => text.replaceAll(subnet, ''), body);
          assert.doesNotMatch(rest, /\d\.\d|:[0-9a-f]|::|%|vpn/i, body);
        }
      }),
      { seed: 6, numRuns: 300 },
    );
  });

  it('are told by no event where they are off, but for what changed', async () => {
    await fc.assert(
      fc.asyncProperty(anyEndpoint, anyEndpoint, anyEndpoint, async (from, to, other) => {
        const records = await recordsOf(changesOf(from.endpoint, to.endpoint, [other.text]), 'off');
        const without = await recordsOf(changesOf('192.0.2.1:1', '192.0.2.2:2', []), 'off');
        assert.equal(textOf(records), textOf(without));
        assert.equal(records[2]!.attributes['wireguard.peer.endpoint.change.type'], 'address');
        assert.match(records[2]!.body, /moved to another address$/);
        assert.doesNotMatch(textOf(records), /192\.0\.2|vpn\.example/);
      }),
      { seed: 6, numRuns: 300 },
    );
  });
});

describe('endpoints in spans of sessions', () => {
  for (const [endpoints, address, port] of [
    ['full', '198.51.100.7', 4711],
    ['subnet', '198.51.100.0', undefined],
    ['off', undefined, undefined],
  ] as const) {
    it(`are ${address ?? 'absent'} and ${port ?? 'no port'} where they are ${endpoints}`, () => {
      const history = new SessionHistory({ mode: 'all', endpoints });
      const there = peer('a', { lastHandshakeTime: EPOCH, endpoint: '198.51.100.7:4711' });
      history.scrape(0, [device([there])]);
      history.scrape(15, [device([{ ...there, endpoint: '198.51.100.7:4712' }])]);
      history.scrape(30, [device([there])]);
      history.scrape(195, [device([there])]);
      const [span] = history.exportedSessions;
      const all = [span!.attributes, ...span!.events.map(({ attributes }) => attributes ?? {})];
      assert.equal(span!.events.length, 3);
      for (const attributes of all) {
        assert.equal(attributes['wireguard.peer.endpoint.address'], address);
        assert.equal(Number.isInteger(attributes['wireguard.peer.endpoint.port']), port !== undefined);
      }
      assert.equal(span!.attributes['wireguard.peer.endpoint.port'], port);
      assert.equal(span!.events[1]!.attributes?.['wireguard.peer.endpoint.change.type'], 'port');
    });
  }
});
