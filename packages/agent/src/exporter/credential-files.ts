import type { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';

/** Changes when the file does, also when a link is made to point elsewhere as Kubernetes does. */
export async function looksOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found === undefined ? 'none' : `${found.dev} ${found.ino} ${found.size} ${found.mtimeNs}`;
}

/** Reads a file. Rejects in a sentence that names it. */
export async function readWhole(path: string): Promise<Buffer> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`'${path}' can't be read (${error.code ?? 'unknown reason'})`);
  });
}

/** Reads a PEM file. Rejects in a sentence that names it and says nothing of what is in it.
 *
 *  @param parse throws if it is of another kind */
export async function readPem(path: string | undefined, parse: (pem: Buffer) => unknown): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  const pem = await readWhole(path);
  try {
    parse(pem);
    return pem;
  } catch {
    throw new Error(`'${path}' is no PEM file of the kind expected there`);
  }
}

/** Tells whether a certificate is valid no longer. */
export function hasExpired({ validTo }: X509Certificate): boolean {
  return Date.parse(validTo) < Date.now();
}
