import { z } from 'zod';
import type { PrometheusConfig, ProfilesConfig } from '../configuration.js';
import { LISTEN_FORM, parseListenEndpoint } from '../endpoint.js';
import { text } from './scalars.js';

const PROFILES = { native: z.strictObject({}) } as const;

type ProfileName = keyof typeof PROFILES;

const NAMES = Object.keys(PROFILES) as ProfileName[];

/** A list of profiles, or a map of them with their options. */
const profiles = z
  .union([z.array(z.enum(NAMES)).min(1), z.strictObject(PROFILES).partial()], {
    error: `expected a list of profiles, or a map of them with their options; known: ${NAMES.join(', ')}`,
  })
  .transform((given): ProfilesConfig => {
    return Array.isArray(given) ? Object.fromEntries(given.map((name) => [name, PROFILES[name].parse({})])) : given;
  });

/** The section of a page for Prometheus. */
export const prometheus: z.ZodType<PrometheusConfig> = z
  .strictObject({
    endpoint: text.default('localhost:9586').describe(`Where to listen: ${LISTEN_FORM}.`),
    profiles: profiles.prefault(['native']).describe('Whose names metrics have on the page.'),
    web_config_file: text
      .optional()
      .describe("Certificates and users, in the form of Prometheus' own web configuration file."),
  })
  .transform((given, context): PrometheusConfig => {
    const listen = parseListenEndpoint(given.endpoint);
    if (listen === undefined) {
      context.addIssue({ code: 'custom', path: ['endpoint'], message: `expected ${LISTEN_FORM}` });
      return z.NEVER;
    }
    return {
      type: 'prometheus',
      listen,
      profiles: given.profiles,
      webConfigFile: given.web_config_file,
      explicit: true,
    };
  });
