import { Identity, IDENTITY_MODES } from '@wgotel/core';
import { z } from 'zod';
import type { IdentityConfig, PeerRule } from '../configuration.js';
import { ALWAYS } from './scalars.js';

/** The section `identity` of a receiver. */
export const identity: z.ZodType<IdentityConfig> = z
  .strictObject({
    mode: z
      .enum(IDENTITY_MODES)
      .optional()
      .describe(
        'hash: ids made of public keys; hmac: with a key of yours, and no names; full: public keys too. Default: hmac with hmac_key, else hash.',
      ),
    hmac_key: z
      .string()
      .refine((key) => Buffer.byteLength(key) >= Identity.SHORTEST_KEY, {
        error: `expected at least ${Identity.SHORTEST_KEY} bytes, such as \`openssl rand -base64 32\` prints`,
      })
      .optional()
      .describe('The same at all ends that are to agree on ids of tunnels.'),
  })
  .prefault({})
  .superRefine(({ mode, hmac_key: key }, context) => {
    const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (mode === 'hmac' && key === undefined) refuse('hmac_key', 'expected a key for mode hmac, such as ${file:PATH}');
    if ((mode === 'hash' || mode === 'full') && key !== undefined) refuse('hmac_key', 'is for mode hmac');
  }, ALWAYS)
  .transform(({ mode, hmac_key: hmacKey }): IdentityConfig => ({
    mode: mode ?? (hmacKey === undefined ? 'hash' : 'hmac'),
    hmacKey,
  }));

/** Where peers have no names, no rule can go by them. What is wrong otherwise is said elsewhere. */
export function refuseNames(
  { identity: who, peers }: { readonly identity: IdentityConfig; readonly peers: readonly PeerRule[] },
  refuse: (path: (string | number)[], message: string) => void,
): void {
  if (who?.mode !== 'hmac' || !Array.isArray(peers)) return;
  for (const [index, rule] of (peers as readonly PeerRule[]).entries()) {
    for (const key of ['name', 'pattern'] as const) {
      if (rule?.[key] === undefined) continue;
      refuse(
        ['peers', index, key],
        'goes by names, which peers have none of with identity.mode hmac: use id or device',
      );
    }
  }
}
