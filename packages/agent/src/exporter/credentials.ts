import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { ExporterConfig } from '../config/configuration.js';
import { headerProblem } from '../config/headers.js';
import { looksOf, readPem, readWhole } from './credential-files.js';

/** What a client shows, and whom it believes. */
export interface Credentials {
  /** May hold secrets: never shown. */
  readonly headers: Readonly<Record<string, string>>;
  /** PEM. `undefined`: whom Node trusts. */
  readonly ca: Buffer | undefined;
  /** Our certificate and its key, PEM. */
  readonly client: { readonly certificate: Buffer; readonly key: Buffer } | undefined;
}

/** A file is looked at this often at most, in milliseconds. */
const LOOK_EVERY = 5000;

type Files = Pick<ExporterConfig, 'headers' | 'headerFiles' | 'tls'>;

/** Reads the files an exporter's credentials are in, and again when they have changed. */
export class CredentialFiles {
  readonly #config: Files;
  readonly #now: () => number;
  readonly #paths: readonly string[];
  #credentials: Credentials | undefined;
  /** What the files looked like when they were read last, whatever became of it. */
  #seen: string | undefined;
  #lookedAt = -Infinity;
  #problem: string | undefined;

  /** @param now milliseconds of a clock that never steps */
  constructor(config: Files, now: () => number) {
    const { caFile, certFile, keyFile, insecure } = config.tls;
    this.#config = config;
    this.#now = now;
    const ofTls = insecure ? [] : [caFile, certFile, keyFile].filter((path) => path !== undefined);
    this.#paths = [...ofTls, ...Object.values(config.headerFiles)];
  }

  /** Why the files as they are now can't be used: which one, and never what is in it. `undefined`: they can. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Reads the files, and returns what is wrong with them. `undefined`: nothing. */
  async prepare(): Promise<string | undefined> {
    await this.current();
    return this.#problem;
  }

  /** The credentials of now; the same object as long as nothing changed. What can't be read, or does not fit together as
   *  while certificates are being replaced, leaves the old ones in use. `undefined`: there never were any. */
  async current(): Promise<Credentials | undefined> {
    if (this.#credentials !== undefined && this.#now() - this.#lookedAt < LOOK_EVERY) return this.#credentials;
    this.#lookedAt = this.#now();
    const seen = (await Promise.all(this.#paths.map(looksOf))).join('\n');
    if (this.#credentials !== undefined && seen === this.#seen) return this.#credentials;
    try {
      this.#credentials = await this.#read();
      this.#problem = undefined;
    } catch (error) {
      this.#problem = (error as Error).message;
    }
    this.#seen = seen;
    return this.#credentials;
  }

  async #read(): Promise<Credentials> {
    const { headers, headerFiles, tls } = this.#config;
    const all = { ...headers };
    for (const [name, path] of Object.entries(headerFiles)) {
      const value = (await readWhole(path)).toString('utf8').trim();
      const problem = headerProblem(name, value);
      if (problem !== undefined) throw new Error(`'${path}', for the header ${name}: ${problem}`);
      all[name] = value;
    }
    if (tls.insecure) return { headers: all, ca: undefined, client: undefined };
    const ca = await readPem(tls.caFile, (pem) => new X509Certificate(pem));
    const certificate = await readPem(tls.certFile, (pem) => new X509Certificate(pem));
    const key = await readPem(tls.keyFile, createPrivateKey);
    if (certificate === undefined || key === undefined) return { headers: all, ca, client: undefined };
    if (!new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) {
      throw new Error(`'${tls.keyFile}' is not the key of the certificate in '${tls.certFile}'`);
    }
    return { headers: all, ca, client: { certificate, key } };
  }
}
