const LIST = /export (type )?\{([^}]*)\}/g;
const DECLARATION = /export (?:declare )?(?:abstract )?(interface|type|class|function|const) (\w+)/g;

/** What an entry exports. */
export interface PublicNames {
  readonly values: readonly string[];
  readonly types: readonly string[];
}

/** Finds the names that a declaration file exports: `export { a, type B } from …` and `export declare function c`. */
export function publicNames(declarations: string): PublicNames {
  const values: string[] = [];
  const types: string[] = [];
  for (const [, allTypes, list = ''] of declarations.matchAll(LIST)) {
    for (const item of list.split(',').map((text) => text.trim())) {
      const name = item.split(' ').at(-1)!;
      if (name !== '') (allTypes !== undefined || item.startsWith('type ') ? types : values).push(name);
    }
  }
  for (const [, keyword, name] of declarations.matchAll(DECLARATION)) {
    (keyword === 'interface' || keyword === 'type' ? types : values).push(name!);
  }
  return { values: values.toSorted(), types: types.toSorted() };
}
