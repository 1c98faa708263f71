import { createHash, timingSafeEqual } from 'node:crypto';
import type { Passwords } from './passwords.js';
import type { Access } from './web-config/web-access.js';

/** Why somebody gets no page. */
export interface Refusal {
  readonly status: 401 | 429;
  readonly why: string;
}

const REFUSED: Refusal = { status: 401, why: 'no such user, password or token' };
const BUSY: Refusal = { status: 429, why: 'too many wrong passwords: try again later' };

/** Tells by the header `authorization` whether somebody may ask. `undefined`: yes.
 *  Source: RFC 7617 and RFC 6750 */
export async function refusalOf(
  authorization: string | undefined,
  { users, bearerToken }: Pick<Access, 'users' | 'bearerToken'>,
  passwords: Passwords,
): Promise<Refusal | undefined> {
  if (users.size === 0 && bearerToken === undefined) return undefined;
  const [scheme = '', given = ''] = (authorization ?? '').split(' ', 2);
  if (scheme.toLowerCase() === 'bearer' && bearerToken !== undefined) {
    return isSame(Buffer.from(given), bearerToken) ? undefined : REFUSED;
  }
  if (scheme.toLowerCase() !== 'basic' || users.size === 0) return REFUSED;
  const pair = Buffer.from(given, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon < 0) return REFUSED;
  const verdict = await passwords.check(pair.slice(0, colon), pair.slice(colon + 1), users);
  if (verdict === 'busy') return BUSY;
  return verdict === 'right' ? undefined : REFUSED;
}

/** Takes as long whatever differs. */
function isSame(a: Buffer, b: Buffer): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
