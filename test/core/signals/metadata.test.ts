import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { EVENTS, METRICS } from '@wgotel/core';
import { describe, it } from 'mocha';
import {
  GENERATED,
  GENERATED_EVENTS,
  GENERATED_SIGNALS,
  generateEvents,
  generateMetadata,
  generateSignals,
  readSignals,
} from '../../tools/signal-metadata.js';
import { repositoryPath } from '../../support/repository.js';

describe('metadata.yaml', () => {
  it('is what the generated TypeScript says', async () => {
    assert.equal(readFileSync(GENERATED, 'utf8'), await generateMetadata(), 'out of date: npm run generate');
    assert.equal(readFileSync(GENERATED_EVENTS, 'utf8'), await generateEvents(), 'out of date: npm run generate');
  });

  it('has a row in the table of metrics for each metric, and no other', async () => {
    const named = [...(await generateMetadata()).matchAll(/^ {2}'([\w.]+)': \{$/gm)].map(([, name]) => name!);
    assert.deepEqual(METRICS.map(({ name }) => name).toSorted(), named.toSorted());
  });
});

describe('names of attributes', () => {
  it('are no namespace of another, but for the reason of a state', () => {
    const names = [...METRICS, ...EVENTS].flatMap(({ attributes }) =>
      attributes.map((each) => (typeof each === 'string' ? each : each.name)),
    );
    const namespaces = names.filter((name) => names.some((other) => other.startsWith(`${name}.`)));
    assert.deepEqual([...new Set(namespaces)], ['wireguard.peer.state']);
  });
});

describe('signals.yaml', () => {
  const { attributes, metrics, spans } = readSignals();

  it('is what the generated TypeScript says', async () => {
    assert.equal(readFileSync(GENERATED_SIGNALS, 'utf8'), await generateSignals(), 'out of date: npm run generate');
  });

  it('has no name that metadata.yaml has, and each attribute that it uses', () => {
    assert.deepEqual(
      [...METRICS, ...EVENTS].filter(({ name }) => name in metrics || name in spans),
      [],
    );
    const elsewhere = new Set(EVENTS.flatMap((event) => event.attributes));
    const ofMetrics = Object.values(metrics).flatMap((metric) => metric.attributes);
    const ofSpans = Object.values(spans).flatMap((span) => span.attributes.filter((name) => !elsewhere.has(name)));
    assert.deepEqual(
      [...new Set([...ofMetrics, ...ofSpans])].toSorted(byName),
      Object.keys(attributes).toSorted(byName),
    );
  });

  it('is what docs/tracing.md says of spans', () => {
    const table = readFileSync(repositoryPath('docs/tracing.md'), 'utf8').matchAll(
      /^\| `((?:wireguard|network)\.[\w.]+)` /gm,
    );
    assert.deepEqual([...table].map(([, name]) => name!).toSorted(byName), spans['application']?.attributes);
  });

  it('is what docs/agent.md says', () => {
    const table = readFileSync(repositoryPath('docs/agent.md'), 'utf8').matchAll(
      /^\| `(wgotel\.[\w.]+)` +\| (\w+) +\| `([^`]+)` +\| ([^|]*?) *\|/gm,
    );
    const documented = [...table].map(([, name, kind, unit, names]) => [
      name,
      kind!.toLowerCase(),
      unit,
      names!.replaceAll('`', ''),
    ]);
    const described = Object.entries(metrics).map(([name, { kind, unit, attributes: names }]) => [
      name,
      kind,
      unit,
      names.join(', '),
    ]);
    assert.deepEqual(documented.toSorted(byFirst), described.toSorted(byFirst));
  });
});

function byName(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function byFirst([a = '']: (string | undefined)[], [b = '']: (string | undefined)[]): number {
  return byName(a, b);
}
