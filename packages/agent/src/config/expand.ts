import { parse } from 'yaml';
import { isTree, type Path, type Tree } from './tree.js';
import type { Environment } from './environment.js';
import type { ReadFile } from './read-file.js';

/** What became of a text with `${…}` in it. */
export interface Expansion {
  readonly path: Path;
  /** The references, such as `${env:TOKEN}`: what may be shown in place of the value. */
  readonly shown: string;
  /** The value as text, where it was read as a number or so. */
  readonly text: string;
}

interface Context {
  readonly env: Environment;
  readonly readFile: ReadFile;
  readonly onProblem: (path: Path, problem: string) => void;
  readonly expansions: Expansion[];
}

/** Puts in what `${env:NAME}`, `${env:NAME:-default}` and `${file:PATH}` stand for; `$$` is a dollar. A text that is one
 *  reference and nothing else takes the type its value has in YAML. Keys are left as they are.
 *  Source: https://opentelemetry.io/docs/collector/configuration/#environment-variables
 *
 *  @param onProblem told of what can't be put in, without its value */
export function expand(
  tree: Tree,
  env: Environment,
  readFile: ReadFile,
  onProblem: (path: Path, problem: string) => void,
): { tree: Tree; expansions: readonly Expansion[] } {
  const context = { env, readFile, onProblem, expansions: [] };
  return { tree: expandValue(tree, [], context) as Tree, expansions: context.expansions };
}

function expandValue(value: unknown, path: Path, context: Context): unknown {
  if (typeof value === 'string') return value.includes('$') ? expandText(value, path, context) : value;
  if (Array.isArray(value)) return value.map((item, index) => expandValue(item, [...path, index], context));
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, expandValue(item, [...path, key], context)]),
  );
}

const REFERENCE = /\$\$|\$\{([^{}]*)\}|\$/g;

function expandText(text: string, path: Path, context: Context): unknown {
  const shown: string[] = [];
  const expanded = text.replace(REFERENCE, (match, inner: string | undefined) => {
    if (match === '$$') return '$';
    if (inner === undefined) {
      context.onProblem(path, 'a single $ must be written as $$');
      return '';
    }
    shown.push(match.replace(/:-.*\}$/, '}'));
    return valueOf(inner, path, context) ?? '';
  });
  if (shown.length === 0) return expanded;
  context.expansions.push({ path, shown: shown.join(''), text: expanded });
  return /^\$\{[^{}]*\}$/.test(text) ? asYaml(expanded) : expanded;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

function valueOf(reference: string, path: Path, { env, readFile, onProblem }: Context): string | undefined {
  const problem = (text: string): undefined => {
    onProblem(path, text);
    return undefined;
  };
  const [, scheme = 'env', rest = ''] = /^(?:([a-z]+):(?!-))?(.*)$/s.exec(reference) ?? [];
  if (scheme === 'env') {
    const [name = '', ...more] = rest.split(':-');
    if (!NAME.test(name)) return problem('expected ${env:NAME} with a name of letters, digits and _');
    const value = env[name];
    if (value !== undefined) return value;
    return more.length > 0 ? more.join(':-') : problem(`the environment variable ${name} is not set`);
  }
  if (scheme !== 'file') return problem(`expected \${env:NAME} or \${file:PATH}, not \${${scheme}:…}`);
  try {
    return readFile(rest)
      .toString('utf8')
      .replace(/\r?\n$/, '');
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException;
    return problem(`the file '${rest}' can't be read (${code})`);
  }
}

/** A value that is no YAML is a text. */
function asYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0, logLevel: 'error' }) ?? text;
  } catch {
    return text;
  }
}
