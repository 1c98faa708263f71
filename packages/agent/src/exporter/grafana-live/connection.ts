import { randomBytes } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { GrafanaLiveConfig } from '../../config/configuration.js';
import { VERSION } from '../../version.js';
import type { Credentials } from '../credentials.js';
import { statusOutcome } from '../status-outcome.js';
import { tlsOptions } from '../tls-options.js';
import { tlsTrouble } from '../tls-trouble.js';
import type { Outcome } from '../transport.js';

/** A server has nothing to say to us; more than this in one message ends the connection, in bytes. */
const LARGEST_ANSWER = 64 * 1024;

/** What is wrong until somebody changes it: who we are, what we may, and where to. */
const LASTING = [401, 403, 404];

const HINTS: Readonly<Record<number, string>> = {
  200: 'the server does not speak WebSocket there',
  401: 'does the server want a header such as authorization?',
  403: 'may this token push to Grafana Live?',
  404: 'is this the address, such as ws://HOST:3000/api/live/push/ID?',
};

/** Connects to a server. Returns why it did not work if it did not; never rejects.
 *
 *  @param signal gives the attempt up */
export async function connect(
  config: GrafanaLiveConfig,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<WebSocket | Outcome> {
  // Loaded only where it is used.
  const { WebSocket } = await import('ws');
  const timeout = AbortSignal.timeout(config.connectTimeout);
  const end = AbortSignal.any([signal, timeout]);
  const socket = new WebSocket(config.url, {
    headers: { ...credentials.headers, 'user-agent': `wgotel/${VERSION}` },
    perMessageDeflate: false,
    maxPayload: LARGEST_ANSWER,
    ...tlsOptions(config.tls, credentials),
  });
  return new Promise((resolve) => {
    const giveUp = (): void => socket.terminate();
    const settle = (result: WebSocket | Outcome): void => {
      end.removeEventListener('abort', giveUp);
      resolve(result);
    };
    if (end.aborted) giveUp();
    end.addEventListener('abort', giveUp);
    socket.once('open', () => {
      cutWhenSilent(socket, config.readTimeout);
      settle(socket);
    });
    // It stays: one that comes later is followed by `close`.
    socket.on('error', (error) => {
      if (timeout.aborted) return settle(failed('deadline_exceeded', 'no connection in time', false));
      const { message, hint } = tlsTrouble(error, config.tls, credentials);
      settle(failed('unavailable', message, false, hint));
    });
    socket.once('unexpected-response', (_request, response) => {
      const { statusCode: status = 0, headers } = response;
      const hint = HINTS[status] ?? '';
      const outcome = statusOutcome({ status, headers, body: Buffer.alloc(0) }, hint, LASTING);
      const isNoWebSocket = outcome.kind === 'sent';
      settle(isNoWebSocket ? { kind: 'refused', reason: `http_${status}`, message: HINTS[200]! } : outcome);
      giveUp();
    });
  });
}

/** What cannot be sent again with another result. Source: RFC 6455, section 7.4.1 */
const REFUSED: ReadonlySet<number> = new Set([1003, 1007, 1009]);

/** Sends a message, and a ping after it: a server answers it once it has read what came before. Never rejects.
 *
 *  @param data empty: only the ping goes
 *  @param signal gives the attempt up */
export function deliver(
  socket: WebSocket,
  data: Buffer,
  { textFrames, writeTimeout }: Pick<GrafanaLiveConfig, 'textFrames' | 'writeTimeout'>,
  signal: AbortSignal,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const settle = (outcome: Outcome): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      socket.off('pong', onPong).off('close', onClose);
      // What is still in its buffer must not go out later too.
      if (outcome.kind === 'failed') socket.terminate();
      resolve(outcome);
    };
    const mark = randomBytes(8);
    const onPong = (payload: Buffer): void => {
      if (payload.equals(mark)) settle({ kind: 'sent', rejectedItems: 0, message: '' });
    };
    const onClose = (code: number, reason: Buffer): void => settle(closed(code, reason.toString()));
    const giveUp = (): void => settle(failed('unavailable', 'given up', true));
    const timer = setTimeout(() => settle(failed('deadline_exceeded', 'no answer in time', true)), writeTimeout);
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp);
    socket.on('pong', onPong).on('close', onClose);
    if (data.length > 0) socket.send(data, { binary: !textFrames });
    socket.ping(mark);
  });
}

/** Ends a connection on which nothing came for some time, pings of the server among it. Its other end may be gone.
 *
 *  @param timeout in milliseconds. 0: never */
function cutWhenSilent(socket: WebSocket, timeout: number): void {
  if (timeout === 0) return;
  const timer = setTimeout(() => socket.terminate(), timeout);
  for (const event of ['ping', 'pong', 'message'] as const) socket.on(event, () => void timer.refresh());
  socket.once('close', () => clearTimeout(timer));
}

function closed(code: number, reason: string): Outcome {
  const message = ['the server closed the connection', code === 1006 ? '' : `${code}`, reason]
    .filter(Boolean)
    .join(': ');
  if (REFUSED.has(code)) return { kind: 'refused', reason: `closed_${code}`, message };
  return failed('unavailable', message, true);
}

function failed(reason: string, message: string, connected: boolean, hint?: string): Outcome {
  return { kind: 'failed', reason, message, hint, retryDelay: undefined, connected };
}
