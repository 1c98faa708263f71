const ALLOWED: ReadonlySet<string> = new Set(['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT']);

/** Whether a package with this licence may be installed along. Of licences joined by OR one is enough; other expressions are not
 *  understood, and refused.
 *
 *  @param licence an SPDX expression. `undefined`: the package says none */
export function isAllowed(licence: string | undefined): boolean {
  const choices = licence?.replace(/^\((.*)\)$/, '$1').split(' OR ') ?? [];
  return choices.some((choice) => ALLOWED.has(choice));
}
