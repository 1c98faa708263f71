import type { HttpAnswer } from './http-client.js';

/** So much of what a server says is passed on, in characters. */
const LONGEST_MESSAGE = 200;

/** What a server says beside the status: in a `google.rpc.Status`, as InfluxDB's versions do, or as some proxy does. Empty:
 *  nothing. */
export function messageOf({ headers, body }: Pick<HttpAnswer, 'headers' | 'body'>): string {
  const type = String(headers['content-type']);
  if (type.startsWith('application/json')) {
    try {
      const { message, error } = JSON.parse(body.toString()) as { message?: unknown; error?: unknown };
      const said = message ?? error;
      return typeof said === 'string' ? said.slice(0, LONGEST_MESSAGE) : '';
    } catch {
      return '';
    }
  }
  if (!type.startsWith('text/plain')) return '';
  return body.toString('utf8').trim().slice(0, LONGEST_MESSAGE);
}
