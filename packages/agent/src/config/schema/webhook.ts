import { z } from 'zod';
import type { WebhookConfig } from '../configuration.js';
import { checkPair, COMMON, retryOnFailure, toBase } from './exporter.js';
import { ALWAYS, text } from './scalars.js';

/** After that long a message is of little use, in milliseconds. */
const GIVE_UP = 5 * 60_000;

const FORM = 'expected http://… or https://…, without user';

function isAddress(given: string): boolean {
  if (!/^https?:\/\//i.test(given) || !URL.canParse(given)) return false;
  const { username, password } = new URL(given);
  return username === '' && password === '';
}

/** The section of a webhook. */
export const webhook: z.ZodType<WebhookConfig> = z
  .strictObject({
    endpoint: z.string().refine(isAddress, FORM).describe('The full address that events are posted to.'),
    format: z.enum(['json', 'slack', 'ntfy']).default('json').describe('What the server understands.'),
    events: z.array(text).optional().describe('Names of the events that are posted. Default: those that are warnings.'),
    ...COMMON,
    retry_on_failure: retryOnFailure(GIVE_UP),
  })
  .superRefine(checkPair, ALWAYS)
  .superRefine(({ sending_queue: queue }, context) => {
    if (queue?.storage === undefined) return;
    const message = 'messages are for now and hold what may be secret, so they wait in memory alone: take this out';
    context.addIssue({ code: 'custom', path: ['sending_queue', 'storage'], message });
  }, ALWAYS)
  .transform((given): WebhookConfig => ({
    type: 'webhook',
    url: new URL(given.endpoint).href,
    format: given.format,
    events: given.events,
    ...toBase(given, /^https:/i.test(given.endpoint)),
  }));
