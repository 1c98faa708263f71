/** Widths of columns, in characters. */
const WIDTHS = [42, 58, 58];

/** Prints a table whose cells go over several lines. */
export function printRows(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const rule = WIDTHS.map((width) => '-'.repeat(width)).join('-+-');
  const lines = [head, ...rows].flatMap((row) => [...linesOf(row), rule]);
  console.log(`\n\n${lines.join('\n')}`);
}

function linesOf(row: readonly string[]): string[] {
  const cells = row.map((text, column) => wrap(text, WIDTHS[column]!));
  const height = Math.max(...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((cell, column) => (cell[line] ?? '').padEnd(WIDTHS[column]!))
      .join(' | ')
      .trimEnd(),
  );
}

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = lines.at(-1) === '' ? word : `${lines.at(-1)} ${word}`;
    if (longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
