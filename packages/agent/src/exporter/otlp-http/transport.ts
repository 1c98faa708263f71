import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Dispatcher } from 'undici';
import type { OtlpHttpConfig } from '../../config/configuration.js';
import { toJson } from '../../otlp/json.js';
import { VERSION } from '../../version.js';
import { CredentialFiles, type Credentials } from '../credentials.js';
import { withoutCredentials, type Outcome, type Transport } from '../transport.js';
import { toFailure, toOutcome } from './outcome.js';

const compress = promisify(gzip);

/** An answer is a few bytes; more than this is not read, in bytes. */
const LARGEST_ANSWER = 64 * 1024;

/** Sends encoded metrics over OTLP/HTTP, as protobuf or JSON. */
export class OtlpHttpTransport implements Transport {
  readonly endpoint: string;
  readonly #config: OtlpHttpConfig;
  readonly #files: CredentialFiles;
  #connected: { readonly credentials: Credentials; readonly dispatcher: Dispatcher } | undefined;

  /** @param now milliseconds of a clock that never steps */
  constructor(config: OtlpHttpConfig, now: () => number = () => performance.now()) {
    this.endpoint = config.metricsUrl;
    this.#config = config;
    this.#files = new CredentialFiles(config, now);
  }

  get problem(): string | undefined {
    return this.#files.problem;
  }

  async prepare(): Promise<string | undefined> {
    await this.#files.current();
    return this.#files.problem;
  }

  async send(bytes: Buffer, signal: AbortSignal): Promise<Outcome> {
    const credentials = await this.#files.current();
    if (credentials === undefined) return withoutCredentials(this.#files.problem);
    try {
      return await this.#post(bytes, credentials, signal);
    } catch (error) {
      return toFailure(error);
    }
  }

  close(): void {
    void this.#connected?.dispatcher.close().catch(() => undefined);
  }

  async #post(bytes: Buffer, credentials: Credentials, signal: AbortSignal): Promise<Outcome> {
    const { metricsUrl, encoding, compression, timeout } = this.#config;
    const { request } = await import('undici');
    const dispatcher = await this.#dispatcher(credentials);
    const plain = encoding === 'json' ? Buffer.from(toJson(bytes)) : bytes;
    const { statusCode, headers, body } = await request(metricsUrl, {
      method: 'POST',
      dispatcher,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
      body: compression === 'gzip' ? await compress(plain, { level: 1 }) : plain,
      headers: {
        ...credentials.headers,
        'user-agent': `wgotel/${VERSION}`,
        'content-type': encoding === 'json' ? 'application/json' : 'application/x-protobuf',
        ...(compression === 'gzip' && { 'content-encoding': 'gzip' }),
      },
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > LARGEST_ANSWER) break;
      chunks.push(chunk);
    }
    return toOutcome(statusCode, headers, Buffer.concat(chunks));
  }

  /** A new one for new credentials; a request that is under way keeps the old one. */
  async #dispatcher(credentials: Credentials): Promise<Dispatcher> {
    if (this.#connected?.credentials === credentials) return this.#connected.dispatcher;
    this.close();
    // Loaded only where it is used: it takes some megabytes of memory.
    const { Agent, ProxyAgent } = await import('undici');
    const { tls, proxyUrl, timeout } = this.#config;
    const connect = {
      ca: credentials.ca,
      cert: credentials.client?.certificate,
      key: credentials.client?.key,
      rejectUnauthorized: !tls.insecureSkipVerify,
      minVersion: tls.minVersion,
      timeout,
      ...(tls.serverName !== undefined && { servername: tls.serverName }),
    };
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
