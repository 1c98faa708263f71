import { X509Certificate } from 'node:crypto';
import type { TlsConfig } from '../config/configuration.js';
import { hasExpired } from './credential-files.js';
import type { Credentials } from './credentials.js';

/** What is said of a connection that was not made. */
export interface TlsTrouble {
  readonly message: string;
  /** What to do. `undefined`: it has nothing to do with certificates as far as is known. */
  readonly hint: string | undefined;
}

/** The words for an alert of the other end, between all else that OpenSSL writes around them. */
const ALERT = /SSL routines:[^:]*:([^:]* alert [^:]*)/;

/** Alerts of servers that take no certificate but another one. Source: RFC 8446, section 6.2; before TLS 1.3, `handshake failure`
 *  is that for who shows none. */
const REFUSED = /alert (?:(?:bad|unsupported) certificate|certificate \w+|unknown ca|access denied|handshake failure)$/;

/** Reads why a connection was not made: whose certificate is refused, by whom, and what to do. */
export function tlsTrouble(
  { code, message }: NodeJS.ErrnoException,
  { certFile, keyFile }: TlsConfig,
  { client }: Credentials,
): TlsTrouble {
  if (code === 'CERT_HAS_EXPIRED') return { message, hint: 'renew the certificate of the server' };
  const alert = ALERT.exec(message)?.[1];
  const isRefused = alert !== undefined && REFUSED.test(alert);
  const isOld = client !== undefined && hasExpired(new X509Certificate(client.certificate));
  let hint: string | undefined;
  // Some servers hang up and say nothing.
  if (isOld && (isRefused || code === 'ECONNRESET'))
    hint = `renew our certificate in '${certFile}', which has expired, and '${keyFile}'`;
  else if (isRefused && client === undefined)
    hint = 'set tls.cert_file and tls.key_file: the server wants a certificate of ours';
  else if (isRefused) hint = `is our certificate in '${certFile}' one of an authority that the server trusts?`;
  return { message: alert ?? message, hint };
}
