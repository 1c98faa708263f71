import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** A body as it goes over HTTP, and the headers that say how it is compressed. */
export async function compressed(
  plain: Buffer,
  compression: 'gzip' | 'none',
): Promise<{ readonly body: Buffer; readonly headers: Readonly<Record<string, string>> }> {
  if (compression === 'none') return { body: plain, headers: {} };
  return { body: await compress(plain, { level: 1 }), headers: { 'content-encoding': 'gzip' } };
}
