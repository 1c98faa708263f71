import { z } from 'zod';
import type { Expansion } from './expand.js';
import { similar } from './similar.js';
import { getIn, isWithin, type Path } from './tree.js';

type Issue = z.core.$ZodIssue;

/** One thing that is wrong. */
export interface Finding {
  readonly path: Path;
  /** Whether the key is at fault, not its value. */
  readonly ofKey: boolean;
  readonly message: string;
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

/** Under these keys values are secrets, or may hold some. */
const SECRET = new Set(['headers', 'hmac_key', 'password', 'proxy_url', 'token']);

/** Puts what zod found into words. Never shows a value that came out of a reference, a header or a key.
 *
 *  @param root what was checked
 *  @param base where in the file that stands
 *  @param expansions what came out of references. `undefined`: no value is shown at all */
export function describeIssues(
  issues: readonly Issue[],
  schema: z.ZodType,
  root: unknown,
  base: Path,
  expansions: readonly Expansion[] | undefined,
): Finding[] {
  return issues.flatMap((issue): Finding[] => {
    const inner = issue.path as Path;
    const path = [...base, ...inner];
    if (issue.code === 'unrecognized_keys') {
      const known = keysAt(schema, inner);
      return issue.keys.map((key) => ({ path: [...path, key], ofKey: true, message: unknownKey(key, known) }));
    }
    if (issue.code === 'invalid_key') {
      return [{ path, ofKey: true, message: issue.issues[0]?.message ?? 'this key is not allowed here' }];
    }
    const given = getIn(root, inner);
    const message = expectation(issue, given);
    const isShown = given !== undefined && expansions !== undefined && message.startsWith('expected');
    const shown = isShown ? showValue(given, path, expansions) : '';
    return [{ path, ofKey: false, message: `${message}${shown && `, not ${shown}`}` }];
  });
}

function expectation(issue: Issue, given: unknown): string {
  const missing = given === undefined ? 'is missing: ' : '';
  switch (issue.code) {
    case 'invalid_type':
      return `${missing}expected ${WORDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `${missing}expected ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.filter((v) => v !== '').join(', ')}`;
    case 'too_small':
      return issue.origin === 'string' ? issue.message : `expected ${issue.minimum} or more`;
    case 'too_big':
      return `expected ${issue.maximum} or less`;
    default:
      return `${issue.message.startsWith('expected') ? missing : ''}${issue.message}`;
  }
}

/** Whoever knows the address of a webhook can post there. */
function isWebhookAddress([section, id, key]: Path): boolean {
  return section === 'exporters' && /^webhook(\/|$)/.test(String(id)) && key === 'endpoint';
}

/** What may be shown of a value. Empty: nothing. */
function showValue(value: unknown, path: Path, expansions: readonly Expansion[]): string {
  const from = expansions.find((expansion) => isWithin(path, expansion.path));
  if (from !== undefined) return `what ${from.shown} stands for`;
  if (path.some((key) => SECRET.has(String(key))) || isWebhookAddress(path)) return '';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  const text = String(value);
  // A key, or an address with a password in it.
  if (/[A-Za-z0-9+/]{40,}={0,2}|[@?]|:\/\/[^/]*:[^/]*@/.test(text)) return '';
  const cut = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return typeof value === 'string' ? `'${cut}'` : cut;
}

export function unknownKey(key: string, known: readonly string[]): string {
  const meant = similar(key, known);
  const hint = meant === undefined ? `known here: ${known.join(', ')}` : `did you mean ${meant}?`;
  return `there is no such key; ${known.length === 0 ? 'none is known here' : hint}`;
}

/** The keys a schema knows at a path. */
function keysAt(schema: z.ZodType, path: Path): string[] {
  let at = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema | undefined;
  for (const key of path) {
    at = typeof key === 'number' ? at?.items : (at?.properties?.[key] ?? at?.additionalProperties);
  }
  return Object.keys(at?.properties ?? {});
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema;
  readonly items?: JsonSchema;
}
