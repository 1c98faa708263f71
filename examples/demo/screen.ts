/** A terminal's size. `undefined` or 0: it does not say. */
export interface Screen {
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** Cuts a line of plain text that would be wrapped. */
export function fitLine(line: string, { columns }: Screen): string {
  return line.slice(0, columns || Infinity);
}

/** Cuts rows below a heading to a screen, and says how many there are no lines for. One line is left for the cursor. */
export function fitRows(heading: readonly string[], rows: readonly string[], screen: Screen): string[] {
  const room = (screen.rows || Infinity) - heading.length - 1;
  const shown = rows.length <= room ? rows.length : Math.max(0, room - 1);
  const rest = shown < rows.length ? [`… ${rows.length - shown} more`] : [];
  return [...heading, ...rows.slice(0, shown), ...rest].map((line) => fitLine(line, screen));
}
