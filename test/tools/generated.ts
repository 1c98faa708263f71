import { format, resolveConfig } from 'prettier';

/** Puts generated text between its marks on a page: `<!-- generated: NAME -->` and `<!-- /generated -->`.
 *
 *  @throws {Error} if the page has no such marks */
export function withGenerated(page: string, name: string, text: string): string {
  const head = `<!-- generated: ${name} -->\n`;
  const begin = page.indexOf(head);
  const end = page.indexOf('<!-- /generated -->', begin);
  if (begin === -1 || end === -1) throw new Error(`the page has no place for what is generated: ${head}`);
  return `${page.slice(0, begin)}${head}\n${text}\n\n${page.slice(end)}`;
}

/** Formats a page as all others are. */
export async function formatPage(path: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(path)), parser: 'markdown' });
}
