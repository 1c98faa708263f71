import { z } from 'zod';
import type { MindflavorOptions, PrometheusConfig, ProfilesConfig, TextfileConfig } from '../configuration.js';
import { LISTEN_FORM, parseListenEndpoint } from '../endpoint.js';
import { text } from './scalars.js';

const mindflavor = z
  .strictObject({
    separate_allowed_ips: z.boolean().default(false).describe('Its flag -s.'),
    export_remote_ip_and_port: z.boolean().default(false).describe('Its flag -r.'),
    export_latest_handshake_delay: z.boolean().default(false).describe('Its flag -d.'),
    friendly_names: z.boolean().default(true).describe('Its flag -n; names are those of the receiver.'),
  })
  .transform((given): MindflavorOptions => ({
    separateAllowedIps: given.separate_allowed_ips,
    remoteIpAndPort: given.export_remote_ip_and_port,
    handshakeDelay: given.export_latest_handshake_delay,
    friendlyNames: given.friendly_names,
  }));

const wgEasy = z.strictObject({
  addresses: z
    .enum(['both', 'one'])
    .default('both')
    .describe('both: ipv4Address and ipv6Address, as since version 15; one: address.'),
});

const plain = z.strictObject({});

const PROFILES = {
  native: plain,
  mindflavor,
  mdlayher: plain,
  'wg-easy': wgEasy,
  telegraf: plain,
  'wg-prefix': plain,
  'wg-exporter': plain,
} as const;

type ProfileName = keyof typeof PROFILES;

const NAMES = Object.keys(PROFILES) as ProfileName[];

const ERROR = `these are names of profiles in a list, or in a map with their options; known: ${NAMES.join(', ')}`;

/** Whose names metrics have on a page. */
const profiles: z.ZodType<ProfilesConfig> = z
  .union([z.array(z.enum(NAMES)), z.strictObject(PROFILES).partial()], { error: ERROR })
  .transform((given): ProfilesConfig => {
    return Array.isArray(given) ? Object.fromEntries(given.map((name) => [name, PROFILES[name].parse({})])) : given;
  })
  .refine((given) => Object.keys(given).length > 0, ERROR)
  .refine((given) => given.mindflavor === undefined || given['wg-easy'] === undefined, {
    error:
      'mindflavor and wg-easy mean different things by wireguard_latest_handshake_seconds: give each an exporter of its own, such as prometheus/wg-easy',
  });

const shown = profiles.prefault(['native']).describe('Whose names metrics have.');

/** The section of a page for Prometheus. */
export const prometheus: z.ZodType<PrometheusConfig> = z
  .strictObject({
    endpoint: text
      .refine((given) => parseListenEndpoint(given) !== undefined, `expected ${LISTEN_FORM}`)
      .default('localhost:9586')
      .describe(`Where to listen: ${LISTEN_FORM}.`),
    profiles: shown,
    web_config_file: text
      .optional()
      .describe("Certificates and users, in the form of Prometheus' own web configuration file."),
  })
  .transform((given): PrometheusConfig => ({
    type: 'prometheus',
    listen: parseListenEndpoint(given.endpoint)!,
    profiles: given.profiles,
    webConfigFile: given.web_config_file,
    explicit: true,
  }));

/** The section of a file for node_exporter. */
export const textfile: z.ZodType<TextfileConfig> = z
  .strictObject({
    path: text
      .regex(/^\/.*\.prom$/, 'expected an absolute path that ends in .prom, as node_exporter reads no others')
      .describe('The file, in the directory of --collector.textfile.directory.'),
    profiles: shown,
  })
  .transform((given): TextfileConfig => ({ type: 'textfile', ...given }));
