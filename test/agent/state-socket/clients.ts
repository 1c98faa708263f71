import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { SpanIds } from '@wgotel/core';

/** A line of the agent's stream. */
export interface Line {
  readonly type: string;
  readonly key?: number;
  readonly sequence?: number;
  readonly tunnel?: { readonly name?: string; readonly peerId: string; readonly session?: SpanIds };
  readonly [field: string]: unknown;
}

/** Asks for something at a socket. Rejects if it can't be asked. */
export function ask(path: string, url = '/v1/tunnels', method = 'GET'): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ socketPath: path, path: url, method, agent: false }, resolve).on('error', reject).end();
  });
}

/** All tunnels there are now, as the lines of an answer that ends. */
export async function askOnce(path: string): Promise<Line[]> {
  const response = await ask(path, '/v1/tunnels?watch=false');
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return text.split('\n').slice(0, -1).map(toLine);
}

/** Gives the lines of an answer that does not end, until somebody stops asking for more. */
export async function* linesOf(response: IncomingMessage): AsyncGenerator<Line> {
  let rest = '';
  for await (const chunk of response.setEncoding('utf8')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop()!;
    yield* lines.map(toLine);
  }
}

function toLine(text: string): Line {
  return JSON.parse(text) as Line;
}

/** Opens a connection and writes something. */
export async function write(path: string, text: string | Buffer): Promise<Socket> {
  const socket = connect(path).on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}
