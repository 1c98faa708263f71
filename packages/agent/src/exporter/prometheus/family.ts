/** What `# TYPE` says of a metric. An `info` has only labels, and its value is 1; of an `unknown` nothing is said. */
export type FamilyType = 'counter' | 'gauge' | 'histogram' | 'info' | 'unknown';

/** What the text format calls those that it has no word, or another one, for. */
const IN_TEXT: Partial<Record<FamilyType, string>> = { info: 'gauge', unknown: 'untyped' };

/** A metric of a page, as its head describes it. */
export interface Family {
  /** As its samples are called, `_total` and `_info` included. */
  readonly name: string;
  readonly type: FamilyType;
  readonly help: string;
  /** The word in its name. `undefined`: none. */
  readonly unit?: string | undefined;
}

/** - `text`: the format of Prometheus since 0.0.4, with which all of them can do
 *  - `openmetrics`: OpenMetrics 1.0.0 */
export type Format = 'text' | 'openmetrics';

/** Source: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** Writes the lines that go before the samples of a family. */
export function headOf(family: Family, format: Format): string {
  return format === 'text' ? textHead(family) : openMetricsHead(family);
}

function textHead({ name, type, help }: Family): string {
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return `# HELP ${name} ${escaped}\n# TYPE ${name} ${IN_TEXT[type] ?? type}\n`;
}

/** There, the suffix of a counter or an info is no part of the family's name, and what does not have it is neither. */
function openMetricsHead({ name, type, help, unit }: Family): string {
  const suffix = { counter: '_total', info: '_info', gauge: '', histogram: '', unknown: '' }[type];
  const fits = name.endsWith(suffix);
  const family = fits ? name.slice(0, name.length - suffix.length) : name;
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
  const unitLine = unit !== undefined && family.endsWith(`_${unit}`) ? `# UNIT ${family} ${unit}\n` : '';
  return `# TYPE ${family} ${fits ? type : 'unknown'}\n${unitLine}# HELP ${family} ${escaped}\n`;
}
