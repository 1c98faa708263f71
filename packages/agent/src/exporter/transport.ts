import type { EncodedRequest } from '../otlp/request.js';

/** What became of one attempt to send a request. `reason` is a short word in lower case, for counting; `message` is for
 *  people. */
export type Outcome = Sent | Refused | Failed;

export interface Sent {
  readonly kind: 'sent';
  /** How many points, log records or spans the server took the rest of the request without. */
  readonly rejectedItems: number;
  /** What the server has to say. Empty: nothing. */
  readonly message: string;
}

/** Sending the same once more would not help. */
export interface Refused {
  readonly kind: 'refused';
  readonly reason: string;
  readonly message: string;
  /** Whether it will be so until somebody sets the server up otherwise. Default: false. */
  readonly lasting?: boolean | undefined;
}

/** It may work later. */
export interface Failed {
  readonly kind: 'failed';
  readonly reason: string;
  readonly message: string;
  /** How long the server asks us to wait, in milliseconds. `undefined`: it does not. */
  readonly retryDelay: number | undefined;
  /** What to look at. `undefined`: the message says it. */
  readonly hint?: string | undefined;
  /** Whether there is a connection. Without one an attempt costs the server nothing. */
  readonly connected: boolean;
}

/** What of a request goes over the wire. */
export type Sendable = Pick<EncodedRequest, 'bytes' | 'headers'>;

/** A way to a server. */
export interface Transport {
  /** Where it leads to, as a URL without credentials. */
  readonly endpoint: string;
  /** Why new credentials can't be used, or there are none at all. `undefined`: nothing is wrong. */
  readonly problem: string | undefined;
  /** Reads the files it needs, and returns what is wrong with them. `undefined`: nothing. */
  prepare(): Promise<string | undefined>;
  /** Sends one request. Never rejects.
   *
   *  @param signal gives the attempt up */
  send(request: Sendable, signal: AbortSignal): Promise<Outcome>;
  close(): void;
}

/** The outcome of an attempt that could not even be made. */
export function withoutCredentials(problem = 'unknown reason'): Failed {
  return { kind: 'failed', reason: 'credentials', message: problem, retryDelay: undefined, connected: false };
}
