import { extname } from 'node:path';
import { isTree } from '../config/tree.js';
import { linesOf } from './harmless-lines.js';
import type { Names } from './names-file.js';

const KEY = /^[A-Za-z0-9+/]{43}=$/;
const PUBLIC_KEY = /^PublicKey\s*=\s*([A-Za-z0-9+/]{43}=)/i;

/** Names that stand in a comment of the peer's section, or of the lines before it. */
const NAMES: readonly RegExp[] = [
  /^#+\s*friendly_name\s*=\s*(.+)$/i, // prometheus_wireguard_exporter
  /^#+\s*Name\s*=\s*(.+)$/i,
];

/** Names in a line before the section, as installers write it. */
const NAMES_BEFORE: readonly RegExp[] = [
  /^###\s*Client\s+(.+)$/, // angristan/wireguard-install
  /^#\s*BEGIN_PEER\s+(.+)$/, // Nyr/wireguard-install
  /^###\s*begin\s+(.+?)\s*###$/, // PiVPN
  /^#\s*Client:\s*(.+?)\s*\([^()]*\)$/, // wg-easy
];

/** Reads the names out of a configuration of wg-quick (`.conf`), networkd (`.netdev`) or wg-easy (`.json`), in the forms in
 *  which popular tools leave them there. Lines with private and preshared keys are passed over as bytes.
 *
 *  @throws an error whose message may be shown */
export function readConfigurationNames(path: string, bytes: Buffer): Names {
  return extname(path) === '.json' ? ofWgEasy(bytes) : ofIni(bytes);
}

function ofIni(bytes: Buffer): Names {
  const names = new Map<string, string>();
  let inPeer = false;
  let publicKey: string | undefined;
  let name: string | undefined;
  /** A name in a comment that may be about this section or, the more so where it stands apart from this one, the next. */
  let waiting: { readonly name: string; readonly apart: boolean } | undefined;
  let apart = false;
  const close = (): void => {
    if (inPeer && publicKey !== undefined && name !== undefined) names.set(publicKey, name);
  };
  for (const line of linesOf(bytes)) {
    if (line.startsWith('[')) {
      const isNext: boolean = waiting !== undefined && (waiting.apart || !inPeer || name !== undefined);
      if (!isNext) name ??= waiting?.name;
      close();
      inPeer = /^\[(?:WireGuard)?Peer\]/i.test(line);
      publicKey = undefined;
      name = isNext ? waiting?.name : undefined;
      waiting = undefined;
    } else if (line.startsWith('#')) {
      const before = firstGroup(NAMES_BEFORE, line);
      const found = before ?? firstGroup(NAMES, line) ?? ofFriendlyJson(line);
      if (found !== undefined) waiting = { name: found, apart: apart || before !== undefined };
    } else if (line !== '') {
      name = waiting?.name ?? name;
      waiting = undefined;
      publicKey ??= PUBLIC_KEY.exec(line)?.[1];
    }
    apart = line === '' || (apart && line.startsWith('#'));
  }
  if (waiting?.apart === false) name ??= waiting.name;
  close();
  return names;
}

function firstGroup(patterns: readonly RegExp[], line: string): string | undefined {
  for (const pattern of patterns) {
    const found = pattern.exec(line)?.[1]?.trim();
    if (found !== undefined && found !== '') return found;
  }
  return undefined;
}

/** `# friendly_json = {"name": "alice"}`: the member `name`, or else the first that is a text. */
function ofFriendlyJson(line: string): string | undefined {
  const text = /^#+\s*friendly_json\s*=\s*(\{.*\})$/i.exec(line)?.[1];
  if (text === undefined) return undefined;
  try {
    const values = JSON.parse(text) as Record<string, unknown>;
    return [values['name'], ...Object.values(values)].find((value) => typeof value === 'string' && value !== '') as
      string | undefined;
  } catch {
    return undefined;
  }
}

/** wg-easy's `wg0.json`: `{"clients": {ID: {"name", "publicKey", "privateKey", "preSharedKey"}}}`. */
function ofWgEasy(bytes: Buffer): Names {
  for (const word of ['"privateKey"', '"preSharedKey"']) blank(bytes, word);
  let content: unknown;
  try {
    content = JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    throw new Error('it is no JSON');
  }
  const clients = isTree(content) ? content['clients'] : undefined;
  if (!isTree(clients)) throw new Error("expected wg-easy's JSON, with clients");
  const names = new Map<string, string>();
  for (const client of Object.values(clients)) {
    if (!isTree(client)) continue;
    const { name, publicKey } = client;
    if (typeof name === 'string' && name !== '' && typeof publicKey === 'string' && KEY.test(publicKey)) {
      names.set(publicKey, name);
    }
  }
  return names;
}

/** Writes over the text that follows a key of JSON, before any string is made of it. */
function blank(bytes: Buffer, word: string): void {
  const quote = '"'.charCodeAt(0);
  for (let at = bytes.indexOf(word); at !== -1; at = bytes.indexOf(word, at)) {
    at += word.length;
    const open = bytes.indexOf(quote, at);
    const close = open === -1 ? -1 : bytes.indexOf(quote, open + 1);
    // `null` has no quotes: the next ones are of another member.
    if (close === -1 || bytes.subarray(at, open).toString('latin1').trim() !== ':') continue;
    bytes.fill('x', open + 1, close);
  }
}
