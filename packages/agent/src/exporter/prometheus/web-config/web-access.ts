import { createPrivateKey, X509Certificate } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { SecureContextOptions } from 'node:tls';
import { hasExpired, looksOf, readPem, readWhole } from '../../credential-files.js';
import { parseWebConfig } from './parse.js';
import type { ClientAuth } from './schema.js';

/** Files are looked at this often at most, in milliseconds. */
const LOOK_EVERY = 5000;

/** What a web configuration and the files that it names come to. */
export interface Access {
  /** `undefined`: plain text. */
  readonly tls: { readonly context: SecureContextOptions; readonly clientAuth: ClientAuth } | undefined;
  /** Names of headers that every answer has, with their values. */
  readonly headers: Readonly<Record<string, string>>;
  /** bcrypt hashes by user. */
  readonly users: ReadonlyMap<string, string>;
  /** `undefined`: there is none. */
  readonly bearerToken: Buffer | undefined;
  /** What is worth a warning. `undefined`: nothing. */
  readonly remark: string | undefined;
}

/** A web configuration file with the files that it names, read again when one of them changes. */
export class WebAccess {
  readonly #path: string;
  readonly #now: () => number;
  #files: readonly string[];
  #current: Access;
  #seen: string;
  #lookedAt: number;

  private constructor(path: string, now: () => number, { access, files }: Read, seen: string) {
    this.#path = path;
    this.#now = now;
    this.#current = access;
    this.#files = files;
    this.#seen = seen;
    this.#lookedAt = now();
  }

  /** Reads it for the first time. Rejects with what is wrong, which may be shown.
   *
   *  @param now milliseconds of a clock that never steps */
  static async read(path: string, now: () => number): Promise<WebAccess> {
    const read = await readAll(path);
    return new WebAccess(path, now, read, await looks(read.files));
  }

  get current(): Access {
    return this.#current;
  }

  /** Reads what has changed. Returns whether anything has; rejects with what is wrong with it, once, and the old stays. */
  async refresh(): Promise<boolean> {
    if (this.#now() - this.#lookedAt < LOOK_EVERY) return false;
    this.#lookedAt = this.#now();
    const seen = await looks(this.#files);
    if (seen === this.#seen) return false;
    this.#seen = seen;
    const { access, files } = await readAll(this.#path);
    this.#current = access;
    this.#files = files;
    this.#seen = await looks(files);
    return true;
  }
}

interface Read {
  readonly access: Access;
  readonly files: readonly string[];
}

async function looks(files: readonly string[]): Promise<string> {
  return (await Promise.all(files.map(looksOf))).join('\n');
}

async function readAll(path: string): Promise<Read> {
  const { tls, headers, users, bearerTokenFile } = parseWebConfig(path, (await readWhole(path)).toString('utf8'));
  const beside = (name: string): string => resolve(dirname(path), name);
  const files = [tls?.certFile, tls?.keyFile, tls?.clientCaFile, bearerTokenFile].flatMap((name) =>
    name === undefined ? [] : [beside(name)],
  );
  const token = bearerTokenFile === undefined ? undefined : await readToken(beside(bearerTokenFile));
  const context = tls && {
    cert: (await readPem(beside(tls.certFile), (pem) => new X509Certificate(pem)))!,
    key: (await readPem(beside(tls.keyFile), createPrivateKey))!,
    ca: await readPem(tls.clientCaFile && beside(tls.clientCaFile), (pem) => new X509Certificate(pem)),
    minVersion: tls.minVersion,
    maxVersion: tls.maxVersion,
  };
  const certificate = context && new X509Certificate(context.cert);
  if (certificate && !certificate.checkPrivateKey(createPrivateKey(context.key))) {
    throw new Error(`'${beside(tls.keyFile)}' is not the key of the certificate in '${beside(tls.certFile)}'`);
  }
  const expired = certificate !== undefined && hasExpired(certificate);
  return {
    access: {
      tls: context && { context, clientAuth: tls.clientAuth },
      headers,
      users: new Map(Object.entries(users)),
      bearerToken: token,
      remark: expired ? `the certificate in '${beside(tls!.certFile)}' has expired` : undefined,
    },
    files: [path, ...files],
  };
}

async function readToken(path: string): Promise<Buffer> {
  const token = (await readWhole(path)).toString('utf8').trim();
  if (token === '') throw new Error(`'${path}' is empty: expected a token`);
  return Buffer.from(token);
}
