import stringWidth from 'string-width';

export type Alignment = 'left' | 'right';

/** Characters that a terminal acts on instead of showing them. Endpoints and prefixes are bytes of whatever program
 *  answers at a socket. */
// eslint-disable-next-line no-control-regex
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Leaves out what must not reach a terminal. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, '');
}

/** How many columns of a terminal a text takes: two for most East Asian characters and emoji. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** Cuts a text to a number of columns, with an ellipsis where something is missing. */
export function truncate(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let left = width - 1;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    left -= widthOf(segment);
    if (left < 0) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Fills a text up to a number of columns. */
export function pad(text: string, width: number, alignment: Alignment): string {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)));
  return alignment === 'left' ? text + blanks : blanks + text;
}
