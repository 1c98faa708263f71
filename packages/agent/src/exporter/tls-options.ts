import type { ConnectionOptions } from 'node:tls';
import type { TlsConfig } from '../config/configuration.js';
import type { Credentials } from './credentials.js';

/** What a client shows over TLS, and what it takes from a server. */
export function tlsOptions(
  { insecureSkipVerify, minVersion, serverName }: TlsConfig,
  { ca, client }: Credentials,
): Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'minVersion' | 'servername'> {
  return {
    ca,
    cert: client?.certificate,
    key: client?.key,
    rejectUnauthorized: !insecureSkipVerify,
    minVersion,
    ...(serverName !== undefined && { servername: serverName }),
  };
}
