import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { EVENTS, METRICS, MetricView } from '@wgotel/core';
import { anyFrame } from '../../support/frames.js';
import { pointsOf } from '../../support/points.js';
import { repositoryPath } from '../../support/repository.js';
import { readSignals } from '../../tools/signal-metadata.js';

const read = (path: string): string => readFileSync(repositoryPath(path), 'utf8');
const inFolder = (folder: string): string[] =>
  readdirSync(repositoryPath(folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));

const DOCUMENTS = [
  ...inFolder('.'),
  ...inFolder('docs'),
  ...['agent', 'core', 'simulator'].map((name) => `packages/${name}/README.md`),
];

/** What a document says in backticks. */
const quoted = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map(([, word]) => word!);
const everyMatch = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found]) => found!);

interface Row {
  readonly name: string;
  readonly kind: string;
  readonly unit: string;
  readonly rest: string;
}

/** The table that begins `| metric | kind | unit |`. */
function metricTable(text: string): Row[] {
  const rows = text.matchAll(/^\| `(wireguard\.[^`]+)` +\| (Gauge|Counter|UpDownCounter) +\| `([^`]+)` +\|(.*)$/gm);
  return [...rows].map(([, name, kind, unit, rest]) => ({
    name: name!,
    kind: kind!.toLowerCase(),
    unit: unit!,
    rest: rest!,
  }));
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
const columns = (metrics: readonly Omit<Row, 'rest'>[]): Omit<Row, 'rest'>[] =>
  metrics.map(({ name, kind, unit }) => ({ name, kind, unit })).toSorted(byName);

/** Attributes that tell devices apart. */
const OF_DEVICES = new Set(['network.interface.name', 'wireguard.device.netns']);

/** Also the metrics that must be asked for. */
const ALL = new MetricView(Object.fromEntries(METRICS.map(({ name }) => [name, { enabled: true }])));

/** The attributes that points of each metric were seen with, over many random histories. */
function observedAttributes(): Map<string, Set<string>> {
  const observed = new Map<string, Set<string>>();
  for (const frame of fc.sample(anyFrame, { seed: 1, numRuns: 300 })) {
    for (const { metric, attributes } of pointsOf(frame, ALL)) {
      const known = observed.get(metric) ?? new Set();
      for (const key of Object.keys(attributes)) known.add(key);
      observed.set(metric, known);
    }
  }
  return observed;
}

/** The lines for a shell. */
const shellOf = (text: string): string => everyMatch(text, /^```(?:sh|console)\n(.*?)^```/gms).join('');

/** What the agent says of itself or of a command. */
const help = (...args: string[]): string =>
  execFileSync(process.execPath, [repositoryPath('packages/agent/dist/cli.js'), ...args, '--help'], {
    encoding: 'utf8',
  });
const FLAG = /(--[a-z-]+)/g;

/** The flags of a command and of the commands below it. */
const flagsOf = (command: string): string[] => {
  const text = help(command);
  const below = everyMatch(text.split('\nCommands:\n')[1]?.split('\n\n')[0] ?? '', /^  ([a-z]+) /gm);
  return [
    ...everyMatch(text, FLAG),
    ...below.flatMap((sub) => (sub === 'help' ? [] : everyMatch(help(command, sub), FLAG))),
  ];
};

/** A heading's anchor, as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

describe('documentation', () => {
  for (const path of ['docs/metrics.md', 'README.md']) {
    it(`${path} has every metric, with its kind and unit, and no other`, () => {
      const listed = METRICS.filter(({ enabled }) => enabled || path !== 'README.md');
      assert.deepEqual(columns(metricTable(read(path))), columns(listed));
    });
  }

  it('docs/metrics.md says what each metric means, when it begins and when there is no point', () => {
    const explained = read('docs/metrics.md').split('## What each says')[1]!;
    assert.deepEqual(
      everyMatch(explained, /^\| `(wireguard\.[^`]+)` /gm).toSorted(),
      METRICS.map(({ name }) => name).toSorted(),
    );
  });

  it('docs/metrics.md has the attributes of each metric', () => {
    const observed = observedAttributes();
    const documented = new Map(metricTable(read('docs/metrics.md')).map(({ name, rest }) => [name, quoted(rest)]));
    for (const { name } of METRICS) {
      const seen = [...observed.get(name)!].filter((key) => !OF_DEVICES.has(key));
      // No random history has the bytes of handshakes that failed.
      if (name === 'wireguard.peer.handshake.attempts') seen.push('error.type');
      assert.deepEqual(documented.get(name)?.toSorted(), seen.toSorted(), name);
    }
  });

  for (const [path, command] of [
    ['docs/agent.md', 'run'],
    ['docs/once.md', 'once'],
  ] as const) {
    it(`${path} has every flag of wgotel ${command}, and no other`, () => {
      const table = everyMatch(read(path), /^\| `(--[a-z-]+)/gm);
      const options = everyMatch(help(command), /^  (--[a-z-]+)/gm);
      assert.deepEqual(table.toSorted(), options.toSorted());
    });
  }

  it('names no command or flag of wgotel that does not exist', function () {
    // It asks each command for help.
    this.timeout(180_000);
    const commands = everyMatch(help(), /^  ([a-z]+)(?: |$)/gm).filter((name) => name !== 'help');
    const flags = new Map(commands.map((command) => [command, flagsOf(command)]));
    const uses = DOCUMENTS.flatMap((path) => [...shellOf(read(path)).matchAll(/\bwgotel ([a-z]+)([^#|\n]*)/g)]);
    assert.ok(uses.length >= 5);
    const wrong = uses.filter(
      ([, command, rest]) => !everyMatch(rest!, FLAG).every((flag) => flags.get(command!)?.includes(flag) ?? false),
    );
    assert.deepEqual(
      uses.map(([, command]) => command!).filter((command) => !flags.has(command)),
      [],
    );
    assert.deepEqual(wrong, []);
  });

  const signals = readSignals();
  const known = new Set([
    ...[...observedAttributes().values()].flatMap((keys) => [...keys]),
    ...METRICS.map(({ name }) => name),
    ...EVENTS.flatMap(({ name, attributes }) => [name, ...attributes]),
    ...Object.keys(signals.spans),
    ...Object.keys(signals.attributes),
    // What instrumentations write on spans, and a Collector on lines of a journal.
    'network.peer.address',
    'network.transport',
  ]);
  for (const path of DOCUMENTS) {
    const text = read(path);

    it(`${path} names no metric, event, span or attribute that does not exist`, () => {
      const names = quoted(text).filter((word) => /^(wireguard|network|otel\.metric)\.[a-z_.]+$/.test(word));
      const unknown = names.filter((name) => !known.has(name));
      assert.deepEqual(unknown, []);
    });

    it(`${path} names no script or file that does not exist`, () => {
      const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
      const run = everyMatch(text, /npm run ([a-z:]+)/g);
      assert.deepEqual(
        run.filter((name) => !(name in scripts)),
        [],
      );
      const files = quoted(text).filter((word) => /^(packages|test|docs|examples|otel-config|\.ci)\/\S+$/.test(word));
      assert.deepEqual(
        files.filter((file) => !existsSync(repositoryPath(file))),
        [],
      );
    });

    it(`${path} has no dead link`, () => {
      const dead = everyMatch(text, /\]\((?!https?:)([^)]+)\)/g).filter((link) => {
        const [file = '', anchor] = link.split('#');
        const target = file === '' ? path : join(dirname(path), file);
        if (!existsSync(repositoryPath(target))) return true;
        return (
          anchor !== undefined &&
          !everyMatch(read(target), /^#+ (.+)$/gm)
            .map(anchorOf)
            .includes(anchor)
        );
      });
      assert.deepEqual(dead, []);
    });
  }
});
