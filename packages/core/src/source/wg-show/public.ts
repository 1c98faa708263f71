import { WireGuardError } from '../../errors.js';
import { HIDDEN } from '../peer-line.js';

/** What `wg show all` is asked, one after the other. None of the answers holds a private or preshared key.
 *  Source: wg(8), "show". */
export const PUBLIC_QUESTIONS = [
  'public-key',
  'listen-port',
  'fwmark',
  'endpoints',
  'allowed-ips',
  'latest-handshakes',
  'transfer',
  'persistent-keepalive',
] as const;

type Question = (typeof PUBLIC_QUESTIONS)[number];

const OF_DEVICE = ['public-key', 'listen-port', 'fwmark'] as const;
const OF_PEER = ['endpoints', 'allowed-ips', 'latest-handshakes', 'transfer', 'persistent-keepalive'] as const;

/** Puts answers together as `wg show all dump` would have them, with `(hidden)` for what was not asked. A device or peer that
 *  came or went in between is left out, as not all answers know it.
 *
 *  @throws {WireGuardError} `PROTOCOL` */
export function toDump(answers: Readonly<Record<Question, string>>): string {
  const devices = new Map(OF_DEVICE.map((question) => [question, fieldsBy(1, question, answers[question])]));
  const peers = new Map(OF_PEER.map((question) => [question, fieldsBy(2, question, answers[question])]));
  const lines: string[] = [];
  for (const [device, publicKey] of devices.get('public-key')!) {
    const port = devices.get('listen-port')!.get(device);
    const mark = devices.get('fwmark')!.get(device);
    if (port === undefined || mark === undefined) continue;
    lines.push([device, HIDDEN, publicKey, port, mark].join('\t'));
    for (const [id, endpoint] of peers.get('endpoints')!) {
      if (!id.startsWith(`${device}\t`)) continue;
      const rest = OF_PEER.slice(1).map((question) => peers.get(question)!.get(id));
      if (rest.includes(undefined)) continue;
      const [allowedIPs, handshake, transfer, keepalive] = rest;
      const prefixes = allowedIPs === '(none)' ? allowedIPs : allowedIPs!.replaceAll(' ', ',');
      lines.push([id, HIDDEN, endpoint, prefixes, handshake, transfer, keepalive].join('\t'));
    }
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** What is said of each device or peer: the first columns are who, the others what. */
function fieldsBy(columns: number, question: Question, answer: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [index, line] of answer.split('\n').entries()) {
    if (line === '') continue;
    const fields = line.split('\t');
    if (fields.length <= columns) {
      throw new WireGuardError('PROTOCOL', `line ${index + 1} of \`wg show all ${question}\`: expected more columns`);
    }
    found.set(fields.slice(0, columns).join('\t'), fields.slice(columns).join('\t'));
  }
  return found;
}
