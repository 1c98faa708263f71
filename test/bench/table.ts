/** Figures as they are printed and as they stand in the docs. */
export interface Table {
  /** What the rows and the columns are. */
  readonly corner: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

export interface Row {
  readonly label: string;
  /** One for each column. `undefined`: not measured. */
  readonly cells: readonly (Cell | undefined)[];
}

export interface Cell {
  readonly text: string;
  readonly bound?: Bound;
}

/** What a figure is to be at most. */
export interface Bound {
  readonly value: number;
  readonly limit: number;
}

export type Form = (value: number) => string;

/** A row of a table whose columns are results of one kind. */
export interface Figure<T> {
  readonly label: string;
  /** What the row is, for the docs. Absent: the label says it. */
  readonly what?: string;
  /** `undefined`: not measured. */
  readonly value: (measured: T) => number | undefined;
  /** Default: {@link short}. */
  readonly form?: Form;
  /** What it is to be at most. */
  readonly limit?: (measured: T) => number | undefined;
}

/** Three digits or so. */
export const short: Form = (value) => (Math.abs(value) < 10 ? value.toFixed(1) : value.toFixed(0));
export const two: Form = (value) => value.toFixed(2);
export const megabytes: Form = (value) => short(value / 1e6);
/** Thousands apart, as in `100 000`. */
export const grouped: Form = (value) => String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, ' ');

/** Makes a cell. Without a limit it has no bound. */
export function cell(value: number | undefined, form: Form = short, limit?: number): Cell | undefined {
  if (value === undefined) return undefined;
  if (limit === undefined) return { text: form(value) };
  const text = `${form(value)} (of ${form(limit)}: ${value <= limit ? 'met' : 'missed'})`;
  return { text, bound: { value, limit } };
}

/** Makes a table of figures, a column for each result. Rows of which nothing was measured are left out. */
export function tabulate<T>(
  corner: string,
  columns: readonly (readonly [head: string, measured: T])[],
  figures: readonly Figure<T>[],
): Table {
  const rows = figures.map(({ label, value, form, limit }) => ({
    label,
    cells: columns.map(([, measured]) => cell(value(measured), form, limit?.(measured))),
  }));
  const present = rows.filter(({ cells }) => cells.some((each) => each !== undefined));
  return { corner, columns: columns.map(([head]) => head), rows: present };
}

export function toText({ corner, columns, rows }: Table): string {
  const lines = [[corner, ...columns], ...rows.map(({ label, cells }) => [label, ...cells.map(textOf)])];
  const widths = [corner, ...columns].map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map(([label, ...cells]) => [label!.padEnd(widths[0]!), ...cells.map((text, at) => text.padStart(widths[at + 1]!))])
    .map((line) => line.join('  '))
    .join('\n');
}

export function toMarkdown({ corner, columns, rows }: Table): string {
  const line = (label: string, cells: readonly string[]): string => `| ${[label, ...cells].join(' | ')} |`;
  return [
    line(corner, columns),
    line(
      '---',
      columns.map(() => '---:'),
    ),
    ...rows.map(({ label, cells }) => line(label, cells.map(textOf))),
  ].join('\n');
}

/** Says how many bounds are met, and lists those that are missed and by how much. `undefined`: there are none. */
export function verdict(tables: readonly Table[]): string | undefined {
  const bounded = tables.flatMap(({ columns, rows }) =>
    rows.flatMap(({ label, cells }) =>
      cells.flatMap((each, at) => (each?.bound ? [{ ...each.bound, what: `${label} (${columns[at]})` }] : [])),
    ),
  );
  if (bounded.length === 0) return undefined;
  const missed = bounded.filter(({ value, limit }) => value > limit);
  if (missed.length === 0) return `All ${bounded.length} bounds are met.`;
  const each = missed.map(({ what, value, limit }) => `- ${what}: ${short((value / limit - 1) * 100)} % too much`);
  return [`${bounded.length - missed.length} of ${bounded.length} bounds are met. Missed:`, '', ...each].join('\n');
}

function textOf(of: Cell | undefined): string {
  return of?.text ?? '';
}
