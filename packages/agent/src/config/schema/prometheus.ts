import { z } from 'zod';
import type { PrometheusConfig, ProfilesConfig } from '../configuration.js';
import { LISTEN_FORM, parseListenEndpoint } from '../endpoint.js';
import { text } from './scalars.js';

const PROFILES = { native: z.strictObject({}) } as const;

type ProfileName = keyof typeof PROFILES;

const NAMES = Object.keys(PROFILES) as ProfileName[];

const ERROR = `these are names of profiles in a list, or in a map with their options; known: ${NAMES.join(', ')}`;

const profiles = z
  .union([z.array(z.enum(NAMES)), z.strictObject(PROFILES).partial()], { error: ERROR })
  .transform((given): ProfilesConfig => {
    return Array.isArray(given) ? Object.fromEntries(given.map((name) => [name, PROFILES[name].parse({})])) : given;
  })
  .refine((given) => Object.keys(given).length > 0, ERROR);

/** The section of a page for Prometheus. */
export const prometheus: z.ZodType<PrometheusConfig> = z
  .strictObject({
    endpoint: text
      .refine((given) => parseListenEndpoint(given) !== undefined, `expected ${LISTEN_FORM}`)
      .default('localhost:9586')
      .describe(`Where to listen: ${LISTEN_FORM}.`),
    profiles: profiles.prefault(['native']).describe('Whose names metrics have on the page.'),
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
