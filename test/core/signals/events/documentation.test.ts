import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Disclosure, EVENTS } from '@wgotel/core';
import { describe, it } from 'mocha';
import { frameOf } from '../../../support/changes.js';
import { repositoryPath } from '../../../support/repository.js';
import { CHANGES } from './change-table.js';
import { EventSelection, EventWriter } from './internals.js';
import { lines, recorder } from './records.js';

const page = readFileSync(repositoryPath('docs/events.md'), 'utf8');
const quoted = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map(([, word]) => word!);

/** Attributes that say who an event is about. */
const OF_WHOM = new Set([
  'network.interface.name',
  'wireguard.device.netns',
  'wireguard.peer.id',
  'wireguard.peer.name',
  'wireguard.peer.public_key',
  'wireguard.tunnel.id',
]);

/** Those that are on by default for a part of what there is. */
const IN_PART = new Set(['wireguard.peer.endpoint.changed', 'wireguard.peer.state.changed']);

/** The severities that each event was seen with. */
async function severities(): Promise<Map<string, Set<string>>> {
  const { provider, records } = recorder();
  const settings = Object.fromEntries(EVENTS.map(({ name }) => [name, { enabled: true }]));
  const writer = new EventWriter(new EventSelection(settings), new Disclosure(), lines().log);
  writer.connect(provider);
  await writer.write(frameOf(CHANGES));
  // It has the severity of what it sums up.
  const seen = new Map([['wireguard.device.peers.changed', new Set(['INFO', 'WARN'])]]);
  for (const { eventName, severityNumber } of records) {
    seen.set(eventName, (seen.get(eventName) ?? new Set()).add(severityNumber === 13 ? 'WARN' : 'INFO'));
  }
  return seen;
}

describe('docs/events.md', () => {
  it('has every event, with its severity, default and attributes, and no other', async () => {
    const table = [...page.matchAll(/^\| `(wireguard\.[^`]+)` +\| ((?:INFO|WARN)[^|]*?) +\| (\w+) +\|(.*)$/gm)];
    const seen = await severities();
    assert.deepEqual(
      table.map(([, name, severity, byDefault, rest]) => [name, severity, byDefault, quoted(rest!)]),
      EVENTS.map(({ name, enabled, attributes }) => [
        name,
        [...seen.get(name)!].toSorted().join(', '),
        !enabled ? 'off' : IN_PART.has(name) ? 'some' : 'on',
        attributes.filter((each) => !OF_WHOM.has(each)),
      ]),
    );
  });

  it('says what each event means', () => {
    const headings = [...page.matchAll(/^### (.+)$/gm)].flatMap(([, heading]) => heading!.split(', '));
    assert.deepEqual(headings.toSorted(), EVENTS.map(({ name }) => name).toSorted());
  });

  it('shows records as they are written', () => {
    const golden = readFileSync(repositoryPath('test/golden/events.txt'), 'utf8').split('\n\n');
    const shown = [...page.matchAll(/^```\n(wireguard\.[^`]+)\n```/gm)].map(([, record]) => record!);
    assert.ok(shown.length >= 10);
    assert.deepEqual(
      shown.filter((record) => !golden.some((each) => each.trim() === record)),
      [],
    );
  });
});
