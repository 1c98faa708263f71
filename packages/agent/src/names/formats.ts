import { extname } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';
import { isTree } from '../config/tree.js';

/** Names of peers by public key or peer id, with `DEVICE ` before it where a name is for one device only. */
export type Names = ReadonlyMap<string, string>;

const PUBLIC_KEY = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;
const PEER_ID = /^[0-9a-f]{16}$/;

/** More names than this are no file of names. */
const MOST_NAMES = 1_000_000;

const PARSERS: Readonly<Record<string, (text: string) => unknown>> = {
  '.csv': (text) =>
    parseCsv(text, {
      bom: true,
      comment: '#',
      comment_no_infix: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }),
  '.toml': parseToml,
  '.yaml': (text) => parseYaml(text, { maxAliasCount: 100, prettyErrors: false, logLevel: 'error' }),
  '.yml': (text) => parseYaml(text, { maxAliasCount: 100, prettyErrors: false, logLevel: 'error' }),
  '.json': (text) => JSON.parse(text) as unknown,
};

/** Reads a file of names by its extension: `.csv` (`KEY,NAME` or `KEY,NAME,DEVICE`, with or without a first line that says
 *  so), `.yaml`, `.json` and `.toml` (a map from key to name, or a list of `{public_key, name}` or `{id, name}`, each also
 *  with `device`, alone or under `peers` or `peer`). A key is a public key in base64 or a peer id.
 *
 *  @throws an error whose message may be shown */
export function readNames(path: string, bytes: Buffer): Names {
  const parse = PARSERS[extname(path).toLowerCase()];
  if (parse === undefined) throw new Error(`a file of names ends in one of ${Object.keys(PARSERS).join(', ')}`);
  let content: unknown;
  try {
    content = parse(bytes.toString('utf8'));
  } catch {
    // The parsers' own messages quote the file.
    throw new Error(`it is no ${extname(path).slice(1).toUpperCase()}`);
  }
  const names = new Map<string, string>();
  for (const [index, { key, name, device }] of entriesOf(content).entries()) {
    if (index === MOST_NAMES) throw new Error('it has more than a million names');
    if (!PUBLIC_KEY.test(key) && !PEER_ID.test(key)) {
      throw new Error(
        `entry ${index + 1}: expected a public key of 44 characters or a peer id of 16 hexadecimal digits`,
      );
    }
    if (name === '') throw new Error(`entry ${index + 1}: expected a name`);
    names.set(device === '' ? key : `${device} ${key}`, name);
  }
  return names;
}

interface Entry {
  readonly key: string;
  readonly name: string;
  readonly device: string;
}

function entriesOf(content: unknown): Entry[] {
  if (content === null || content === undefined) return [];
  const peers = isTree(content) ? (content['peers'] ?? content['peer'] ?? content) : content;
  if (Array.isArray(peers)) {
    return peers.flatMap((entry: unknown, index): Entry[] => {
      if (!Array.isArray(entry)) return [toEntry(isTree(entry) ? entry : {})];
      const [key = '', name = '', device = ''] = entry.map(String);
      return index === 0 && /^(?:public_?key|key|id|peer)$/i.test(key) ? [] : [{ key, name, device }];
    });
  }
  if (!isTree(peers)) throw new Error('expected a map from keys to names, or a list');
  return Object.entries(peers).map(([key, value]) =>
    isTree(value) ? { ...toEntry(value), key } : { key, name: textOf(value), device: '' },
  );
}

function toEntry(entry: Readonly<Record<string, unknown>>): Entry {
  return {
    key: textOf(entry['public_key'] ?? entry['publicKey'] ?? entry['id'] ?? entry['key']),
    name: textOf(entry['name']),
    device: textOf(entry['device']),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
