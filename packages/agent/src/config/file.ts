import { isMap, isScalar, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { isTree, type Path, type Tree } from './tree.js';

/** Large configurations have some hundred kilobytes; more is no configuration. */
const LARGEST_FILE = 4 * 1024 * 1024;

/** A configuration file, as it was written. */
export interface ConfigFile {
  readonly name: string;
  /** Empty if the file is not even YAML. */
  readonly tree: Tree;
  /** Where something stands, as `file:line:column`. What is missing is where it ought to be: at what surrounds it. */
  positionOf(path: Path): string;
  /** The same, of the key itself and not of its value. */
  positionOfKey(path: Path): string;
}

/** Parses a file. `${…}` is left as it is.
 *
 *  @param onProblem told what is wrong, with the position
 *  @param keys what there may be in it, for messages */
export function parseFile(
  name: string,
  text: string,
  onProblem: (position: string, problem: string) => void,
  keys: string = 'receivers, exporters, extensions and service',
): ConfigFile {
  const lines = new LineCounter();
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  if (text.length > LARGEST_FILE) {
    onProblem(`${name}:1:1`, 'the file is larger than 4 MiB');
    return { name, tree: {}, positionOf: () => `${name}:1:1`, positionOfKey: () => `${name}:1:1` };
  }
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: 'error',
  });
  for (const { pos, code } of document.errors) onProblem(at(pos[0]), `this is no YAML: ${WORDS[code] ?? code}`);
  const tree = document.errors.length > 0 ? {} : plain(document, keys, (problem) => onProblem(`${name}:1:1`, problem));
  const start = (node: Node | undefined): string => at(node?.range?.[0] ?? 0);
  return {
    name,
    tree,
    positionOf: (path) => start(nearest(document, path)),
    positionOfKey: (path) => start(keyNode(document, path) ?? nearest(document, path)),
  };
}

/** The library's own messages quote the file, which may hold secrets. */
const WORDS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'this key is there twice',
  BAD_INDENT: 'the indentation does not fit',
  TAB_AS_INDENT: 'a tab is no indentation, use spaces',
  MISSING_CHAR: 'something is missing here, such as a quote, a comma or a bracket',
  BLOCK_AS_IMPLICIT_KEY: 'a nested map does not go on the line of its key',
  MULTILINE_IMPLICIT_KEY: 'a colon is missing, or a key goes over two lines',
  BAD_ALIAS: 'an alias (*) without its anchor (&)',
  MULTIPLE_DOCS: 'a second document (---) in one file',
  UNEXPECTED_TOKEN: 'this does not belong here',
};

function plain(document: Document, keys: string, onProblem: (problem: string) => void): Tree {
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch {
    onProblem('an alias (*) leads to itself, or there are too many of them');
    return {};
  }
  if (value === null || value === undefined) return {};
  if (isTree(value)) return value;
  onProblem(`expected a map with ${keys}`);
  return {};
}

function nearest(document: Document, path: Path): Node | undefined {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as Node | undefined;
    if (node?.range) {
      // An empty value has the position after the colon: the key says more.
      return isScalar(node) && node.value === null ? (keyNode(document, path.slice(0, length)) ?? node) : node;
    }
  }
  return document.contents ?? undefined;
}

function keyNode(document: Document, path: Path): Node | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)));
  return pair?.key as Node | undefined;
}
