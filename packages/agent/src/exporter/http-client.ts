import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { HttpConfig } from '../config/configuration.js';
import { VERSION } from '../version.js';
import { CredentialFiles, type Credentials } from './credentials.js';
import { tlsOptions } from './tls-options.js';
import { withoutCredentials, type Outcome } from './transport.js';

/** An answer is a few bytes; more than this is not read, in bytes. */
const LARGEST_ANSWER = 64 * 1024;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Posts to a server, with the headers, certificates and proxy of an exporter. */
export class HttpClient {
  readonly #config: HttpConfig;
  readonly #files: CredentialFiles;
  #connected: { readonly credentials: Credentials; readonly dispatcher: Dispatcher } | undefined;

  /** @param now milliseconds of a clock that never steps */
  constructor(config: HttpConfig, now: () => number) {
    this.#config = config;
    this.#files = new CredentialFiles(config, now);
  }

  /** What is wrong with its files. `undefined`: nothing. */
  get problem(): string | undefined {
    return this.#files.problem;
  }

  prepare(): Promise<string | undefined> {
    return this.#files.prepare();
  }

  /** Posts once. Never rejects.
   *
   *  @param headers those of this request, beside the configured ones
   *  @param signal gives the attempt up */
  async post(
    body: Buffer,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
    toOutcome: (answer: HttpAnswer) => Outcome,
  ): Promise<Outcome> {
    const credentials = await this.#files.current();
    if (credentials === undefined) return withoutCredentials(this.#files.problem);
    try {
      return toOutcome(await this.#post(body, headers, credentials, signal));
    } catch (error) {
      return toFailure(error);
    }
  }

  close(): void {
    void this.#connected?.dispatcher.close().catch(() => undefined);
  }

  async #post(
    body: Buffer,
    own: Readonly<Record<string, string>>,
    credentials: Credentials,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const { url, timeout } = this.#config;
    const { request } = await import('undici');
    const dispatcher = await this.#dispatcher(credentials);
    const answer = await request(url, {
      method: 'POST',
      dispatcher,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
      body,
      headers: { ...credentials.headers, 'user-agent': `wgotel/${VERSION}`, ...own },
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > LARGEST_ANSWER) break;
      chunks.push(chunk);
    }
    return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) };
  }

  /** A new one for new credentials; a request that is under way keeps the old one. */
  async #dispatcher(credentials: Credentials): Promise<Dispatcher> {
    if (this.#connected?.credentials === credentials) return this.#connected.dispatcher;
    this.close();
    // Loaded only where it is used: it takes some megabytes of memory.
    const { Agent, ProxyAgent } = await import('undici');
    const { tls, proxyUrl, timeout } = this.#config;
    const connect = { ...tlsOptions(tls, credentials), timeout };
    const options = { connections: 1, connectTimeout: timeout, headersTimeout: timeout, bodyTimeout: timeout };
    const dispatcher =
      proxyUrl === undefined
        ? new Agent({ ...options, connect })
        : new ProxyAgent({ ...options, requestTls: connect, ...proxyOf(proxyUrl) });
    this.#connected = { credentials, dispatcher };
    return dispatcher;
  }
}

/** Also plain HTTP goes through CONNECT, so that the proxy sees nothing of it. */
function proxyOf(proxyUrl: string): { uri: string; token?: string; proxyTunnel: true } {
  const { protocol, host, username, password } = new URL(proxyUrl);
  const user = Buffer.from(decodeURIComponent(`${username}:${password}`)).toString('base64');
  return { uri: `${protocol}//${host}`, proxyTunnel: true, ...(username && { token: `Basic ${user}` }) };
}

/** Reads what kept a request from being answered. */
function toFailure(error: unknown): Outcome {
  const { name, code = '', message } = error as NodeJS.ErrnoException;
  const isTimeout = name === 'TimeoutError' || /TIMEOUT/.test(code);
  return {
    kind: 'failed',
    reason: isTimeout ? 'deadline_exceeded' : 'unavailable',
    message: isTimeout
      ? 'no answer in time'
      : (code && !message.includes(code) ? `${code} ${message}` : message).trim(),
    retryDelay: undefined,
    connected: isTimeout,
  };
}
