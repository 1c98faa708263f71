import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Problems, Setting } from './problems.js';

/** PEM files' contents. */
export interface TlsFiles {
  /** Who may have signed the server's certificate. `undefined`: whom Node trusts. */
  readonly certificate: Buffer | undefined;
  /** Our own certificate and its key: both, or none. */
  readonly client: { readonly certificate: Buffer; readonly key: Buffer } | undefined;
}

export type ReadFile = (path: string) => Buffer;

const parseCertificate = (pem: Buffer): X509Certificate => new X509Certificate(pem);

/** Reads the files that environment variables name.
 *
 *  @param setting finds a variable by how its name ends */
export function readTlsFiles(
  setting: (suffix: string) => Setting | undefined,
  readFile: ReadFile,
  problems: Problems,
): TlsFiles {
  const read = (suffix: string, parse: (pem: Buffer) => unknown): Buffer | undefined => {
    const file = setting(suffix);
    if (file === undefined) return undefined;
    try {
      const pem = readFile(file.text);
      parse(pem);
      return pem;
    } catch (error) {
      problems.add(file.option, `expected a readable PEM file, not '${file.text}' (${(error as Error).message})`);
      return undefined;
    }
  };
  const ca = read('CERTIFICATE', parseCertificate);
  const certificate = read('CLIENT_CERTIFICATE', parseCertificate);
  const key = read('CLIENT_KEY', createPrivateKey);

  const ends = [setting('CLIENT_CERTIFICATE'), setting('CLIENT_KEY')].filter((end) => end !== undefined);
  if (ends.length === 1) problems.add(ends[0]!.option, 'expected a client certificate together with its key');
  if (!certificate || !key) return { certificate: ca, client: undefined };
  if (!parseCertificate(certificate).checkPrivateKey(createPrivateKey(key))) {
    problems.add(ends[1]!.option, `expected the key of the client certificate, not '${ends[1]!.text}'`);
  }
  return { certificate: ca, client: { certificate, key } };
}
