import { z } from 'zod';
import type { GrafanaLiveConfig } from '../configuration.js';
import { checkPair, COMMON, toBase } from './exporter.js';
import { ALWAYS, duration, text } from './scalars.js';

const FORM = 'expected ws://… or wss://…, without user and fragment';

function isAddress(given: string): boolean {
  if (!/^wss?:\/\//i.test(given) || !URL.canParse(given)) return false;
  const { username, password, hash } = new URL(given);
  return username === '' && password === '' && hash === '';
}

const { timeout: _, proxy_url: __, ...common } = COMMON;

/** The section of an exporter to Grafana Live, by the names of Telegraf's output for it. */
export const grafanaLive: z.ZodType<GrafanaLiveConfig> = z
  .strictObject({
    url: text.refine(isAddress, FORM).describe('Where messages go, such as ws://HOST:3000/api/live/push/ID.'),
    use_text_frames: z.boolean().default(false).describe('Text frames in place of binary ones.'),
    connect_timeout: duration(1).default(30_000).describe('For a connection to be made.'),
    write_timeout: duration(1)
      .default(30_000)
      .describe('For a message to be sent, and a ping after it to be answered.'),
    read_timeout: duration(0)
      .default(30_000)
      .describe('After which a connection is closed on which nothing came, not even a ping; 0: never.'),
    ...common,
  })
  .superRefine(checkPair, ALWAYS)
  .transform((given): GrafanaLiveConfig => ({
    type: 'grafana_live',
    url: new URL(given.url).href,
    ...toBase({ ...given, timeout: given.connect_timeout + given.write_timeout }, /^wss:/i.test(given.url)),
    connectTimeout: given.connect_timeout,
    writeTimeout: given.write_timeout,
    readTimeout: given.read_timeout,
    textFrames: given.use_text_frames,
  }));
