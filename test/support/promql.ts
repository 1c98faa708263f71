import type { LRParser } from '@lezer/lr';
import { parser } from '@prometheus-io/lezer-promql';
import { syntaxErrors } from './query-language.js';

type SyntaxNode = ReturnType<LRParser['parse']>['topNode'];

/** What a query asks for: the names of a selector, and the labels that it compares. */
interface Selector {
  readonly names: readonly string[];
  readonly labels: readonly string[];
}

const textOf = (query: string, { from, to }: { from: number; to: number }): string => query.slice(from, to);

/** The texts of all nodes of a kind below a node. */
function textsBelow(query: string, node: SyntaxNode, kind: string): string[] {
  const found: string[] = [];
  node.cursor().iterate(({ name, node: each }) => {
    if (name === kind) found.push(textOf(query, each));
  });
  return found;
}

function selectorsIn(query: string): Selector[] {
  const found: Selector[] = [];
  parser.parse(query).iterate({
    enter: ({ name, node }) => {
      if (name !== 'VectorSelector') return;
      const alternatives = /__name__=~"([^"]*)"/.exec(textOf(query, node))?.[1]?.split('|') ?? [];
      const labels = textsBelow(query, node, 'LabelName').filter((label) => label !== '__name__');
      found.push({ names: [...textsBelow(query, node, 'Identifier'), ...alternatives], labels });
    },
  });
  return found;
}

/** Lists the labels that a query groups or matches by. */
export function groupingLabels(query: string): string[] {
  const found: string[] = [];
  parser.parse(query).iterate({
    enter: ({ name, node }) => {
      if (name === 'GroupingLabels') found.push(...textsBelow(query, node, 'LabelName'));
    },
  });
  return found;
}

/**
 * Lists what is wrong with a query: where it can't be read on, series that nothing has, and labels that those it asks for
 * lack.
 *
 * @param known the labels of each series
 */
export function promqlProblems(query: string, known: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const selectors = selectorsIn(query);
  const all = new Set(selectors.flatMap(({ names }) => names.flatMap((name) => [...(known.get(name) ?? [])])));
  // What label_replace makes is a label too.
  for (const [, made = ''] of query.matchAll(/"(\w+)", "[^"]*", "\w*", "[^"]*"\s*\)/g)) all.add(made);
  return [
    ...syntaxErrors('promql', query),
    ...(selectors.length === 0 ? [`asks for nothing: ${query}`] : []),
    ...selectors.flatMap(({ names, labels }) =>
      names.flatMap((name) => {
        const has = known.get(name);
        if (has === undefined) return [`no series ${name}`];
        return labels.filter((label) => !has.has(label)).map((label) => `${name} has no ${label}`);
      }),
    ),
    ...groupingLabels(query)
      .filter((label) => !all.has(label))
      .map((label) => `nothing asked for has ${label}`),
  ];
}
