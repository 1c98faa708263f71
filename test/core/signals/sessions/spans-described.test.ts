import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { SpanKind } from '@opentelemetry/api';
import { Identity, type Change, type Device, type Frame } from '@wgotel/core';
import { describe, it } from 'mocha';
import { SessionHistory } from '../../../support/session-history.js';
import { repositoryPath } from '../../../support/repository.js';
import { device, EPOCH, keyOf, peer } from '../../../support/snapshots.js';
import { readSignals } from '../../../tools/signal-metadata.js';

const devices: Device[] = [device([peer('a', { lastHandshakeTime: EPOCH })], { netns: 'blue' })];

/** Everything that a span can say. */
function everything(): SessionHistory {
  const history = new SessionHistory({ mode: 'all', name: 'office', identity: new Identity({ mode: 'full' }) });
  history.scrape(0, devices);
  history.scrape(15, devices, unanswered);
  history.scrape(195, devices, (frame) => Array.from({ length: 120 }, () => stepped(frame)));
  return history;
}

function unanswered(frame: Frame): Change[] {
  const [view] = frame.devices[0]!.peers;
  const to = { type: 'peer.state.changed', from: 'active', to: 'stale', reason: 'unanswered' } as const;
  const change: Change = {
    ...to,
    time: frame.time,
    peer: view!,
    devicePublicKey: keyOf('device'),
    firstHandshake: false,
  };
  return Array.from({ length: 120 }, () => ({ ...change }));
}

const stepped = ({ time }: Frame): Change => ({ type: 'clock.step', time, step: 1000 });

describe('the description of spans', () => {
  // Others are the application's own.
  const ofSessions = Object.entries(readSignals().spans).filter(([name]) => name.startsWith('wireguard.'));
  const spans = Object.fromEntries(ofSessions);
  const seen = everything().spans;

  it('in signals.yaml has every span, with its kind and attributes, and no other', () => {
    assert.deepEqual(seen.map(({ name }) => name).toSorted(), Object.keys(spans).toSorted());
    for (const { name, kind, attributes } of seen) {
      assert.equal(SpanKind[kind].toLowerCase(), spans[name]!.kind);
      assert.deepEqual(Object.keys(attributes).toSorted(), spans[name]!.attributes.toSorted(), name);
    }
  });

  it('in docs/sessions.md has every attribute and no other', () => {
    const table = readFileSync(repositoryPath('docs/sessions.md'), 'utf8').matchAll(
      /^\| `([a-z_.]+)` +\| ((?:session|scrape)(?:, scrape)?) +\|/gm,
    );
    const documented = [...table].flatMap(([, attribute, names]) =>
      names!.split(', ').map((name) => `wireguard.${name} ${attribute}`),
    );
    const described = Object.entries(spans).flatMap(([name, { attributes }]) =>
      attributes.map((attribute) => `${name} ${attribute}`),
    );
    assert.deepEqual(documented.toSorted(), described.toSorted());
  });
});
