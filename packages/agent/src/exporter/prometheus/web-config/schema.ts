import { z } from 'zod';
import { headerProblem } from '../../../config/headers.js';
import { ALWAYS, text } from '../../../config/schema/scalars.js';

const CLIENT_AUTH = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;

/** Whether a client must show a certificate.
 *  - `NoClientCert`: it is not asked for one
 *  - `RequestClientCert`: it may show any, or none
 *  - `RequireAnyClientCert`: any, also one that nobody vouches for
 *  - `VerifyClientCertIfGiven`: none, or one that `client_ca_file` vouches for
 *  - `RequireAndVerifyClientCert`: one that `client_ca_file` vouches for */
export type ClientAuth = (typeof CLIENT_AUTH)[number];

/** How those who ask are told from others. */
export interface WebConfig {
  /** Paths of PEM files. `undefined`: plain text. */
  readonly tls:
    | {
        readonly certFile: string;
        readonly keyFile: string;
        readonly clientAuth: ClientAuth;
        readonly clientCaFile: string | undefined;
        readonly minVersion: TlsVersion;
        readonly maxVersion: TlsVersion;
      }
    | undefined;
  /** Of every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** bcrypt hashes by user. */
  readonly users: Readonly<Record<string, string>>;
  readonly bearerTokenFile: string | undefined;
}

type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

const VERSIONS: Readonly<Record<'TLS12' | 'TLS13', TlsVersion>> = { TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' };

/** Rounds are a power of two: with 2^15 of them a password takes seconds. */
const BCRYPT = /^\$2[aby]\$(?:0[4-9]|1[0-5])\$[./A-Za-z0-9]{53}$/;

const CIPHERS = 'this can not be set here: Node.js has its own way to say it, --tls-cipher-list';

/** What can't be done is refused: whoever wrote it relies on it. */
const unsupported = (why: string): z.ZodType<undefined> =>
  z.custom<undefined>((value) => value === undefined, { error: why }).optional();

const tlsServer = z
  .strictObject({
    cert_file: text.optional(),
    key_file: text.optional(),
    client_auth_type: z.enum(CLIENT_AUTH).default('NoClientCert'),
    client_ca_file: text.optional(),
    min_version: z.enum(['TLS12', 'TLS13']).default('TLS12'),
    max_version: z.enum(['TLS12', 'TLS13']).default('TLS13'),
    prefer_server_cipher_suites: z.literal(true).optional(),
    cipher_suites: unsupported(CIPHERS),
    curve_preferences: unsupported(CIPHERS),
    client_allowed_sans: unsupported('this can not be set here: use a CA of its own for the clients that may ask'),
    cert: unsupported('certificates are read from files: use cert_file'),
    key: unsupported('keys are read from files: use key_file'),
    client_ca: unsupported('certificates are read from files: use client_ca_file'),
  })
  .superRefine((given, context) => {
    const missing = (['cert_file', 'key_file'] as const).filter((key) => given[key] === undefined);
    for (const key of missing) context.addIssue({ code: 'custom', path: [key], message: 'is missing: TLS needs it' });
    // It may be anything, as all is to be said at once.
    const verifies = /Verify/.test(given.client_auth_type);
    if (verifies !== (given.client_ca_file !== undefined)) {
      const message = 'client_ca_file and a client_auth_type that verifies go together';
      context.addIssue({ code: 'custom', path: ['client_ca_file'], message });
    }
  }, ALWAYS)
  .transform((given) => ({
    certFile: given.cert_file!,
    keyFile: given.key_file!,
    clientAuth: given.client_auth_type,
    clientCaFile: given.client_ca_file,
    minVersion: VERSIONS[given.min_version],
    maxVersion: VERSIONS[given.max_version],
  }));

const headers = z.record(z.string(), z.string()).superRefine((given, context) => {
  for (const [name, value] of Object.entries(given)) {
    const problem = headerProblem(name, value);
    if (problem !== undefined) context.addIssue({ code: 'custom', path: [name], message: problem });
  }
}, ALWAYS);

/** A web configuration file as Prometheus and its exporters read it, and `bearer_token_file`, which is ours.
 *  Source: https://prometheus.io/docs/prometheus/latest/configuration/https/ */
export const webConfig: z.ZodType<WebConfig> = z
  .strictObject({
    tls_server_config: tlsServer.optional(),
    http_server_config: z.strictObject({ http2: z.boolean().optional(), headers: headers.default({}) }).prefault({}),
    basic_auth_users: z
      .record(
        z.string().min(1),
        z.string().regex(BCRYPT, 'expected a bcrypt hash of cost 4 to 15, such as `htpasswd -nBC 10 USER` prints'),
      )
      .default({}),
    bearer_token_file: text.optional(),
  })
  .transform((given) => ({
    tls: given.tls_server_config,
    headers: given.http_server_config.headers,
    users: given.basic_auth_users,
    bearerTokenFile: given.bearer_token_file,
  }));
