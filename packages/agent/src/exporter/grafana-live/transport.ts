import type { WebSocket } from 'ws';
import type { GrafanaLiveConfig } from '../../config/configuration.js';
import { CredentialFiles, type Credentials } from '../credentials.js';
import { withoutCredentials, type Outcome, type Sendable, type Transport } from '../transport.js';
import { connect, deliver } from './connection.js';

/** In milliseconds: how long a server has to answer that it closes too. */
const FAREWELL = 1000;

/** Sends lines to Grafana Live, or whoever else takes them over WebSocket: a message for each request. */
export class GrafanaLiveTransport implements Transport {
  readonly endpoint: string;
  readonly #config: GrafanaLiveConfig;
  readonly #files: CredentialFiles;
  #connected: { readonly credentials: Credentials; readonly socket: WebSocket } | undefined;

  /** @param now milliseconds of a clock that never steps */
  constructor(config: GrafanaLiveConfig, now: () => number = () => performance.now()) {
    const { origin, pathname } = new URL(config.url);
    this.endpoint = `${origin}${pathname}`;
    this.#config = config;
    this.#files = new CredentialFiles(config, now);
  }

  get problem(): string | undefined {
    return this.#files.problem;
  }

  prepare(): Promise<string | undefined> {
    return this.#files.prepare();
  }

  async send({ bytes }: Sendable, signal: AbortSignal): Promise<Outcome> {
    const credentials = await this.#files.current();
    if (credentials === undefined) return withoutCredentials(this.#files.problem);
    if (!this.#isUsable(credentials)) {
      this.close();
      const socket = await connect(this.#config, credentials, signal);
      if ('kind' in socket) return socket;
      this.#connected = { credentials, socket };
    }
    return deliver(this.#connected!.socket, bytes, this.#config, signal);
  }

  close(): void {
    const socket = this.#connected?.socket;
    if (socket === undefined) return;
    this.#connected = undefined;
    socket.close();
    setTimeout(() => socket.terminate(), FAREWELL).unref();
  }

  /** New credentials are for a new connection. */
  #isUsable(credentials: Credentials): boolean {
    const { socket, credentials: shown } = this.#connected ?? {};
    return socket !== undefined && socket.readyState === socket.OPEN && shown === credentials;
  }
}
