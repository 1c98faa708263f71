import { parser as logql } from '@grafana/lezer-logql';
import { parser as traceql } from '@grafana/lezer-traceql';
import type { LRParser } from '@lezer/lr';
import { parser as promql } from '@prometheus-io/lezer-promql';

/** The grammars that the editors of Grafana and Prometheus use. */
export const GRAMMARS: Readonly<Record<string, LRParser>> = { traceql, logql, promql };

/** Lists where a query can't be read on; nothing for a language without a grammar. */
export function syntaxErrors(language: string, query: string): string[] {
  const errors: string[] = [];
  GRAMMARS[language]?.parse(query).iterate({
    enter: ({ type, from }) => {
      if (type.isError) errors.push(`${language} at ${from}: ${query.slice(from)}`);
    },
  });
  return errors;
}
