import type { ProfilesConfig } from '../../../config/configuration.js';
import { mdlayher } from './mdlayher.js';
import { mindflavor } from './mindflavor.js';
import { NativeProfile } from './native.js';
import type { Profile } from './profile.js';
import { telegraf } from './telegraf.js';
import { wgEasy } from './wg-easy.js';
import { wgExporter } from './wg-exporter.js';
import { wgPrefix } from './wg-prefix.js';

export type ProfileName = keyof ProfilesConfig;

/** Makes the profiles that are served, by name and in order. */
export function makeProfiles(config: ProfilesConfig): ReadonlyMap<ProfileName, Profile> {
  const { mindflavor: ofMindflavor, 'wg-easy': ofWgEasy } = config;
  const makers: Readonly<Record<ProfileName, () => Profile>> = {
    native: () => new NativeProfile(),
    mindflavor: () => mindflavor(ofMindflavor!),
    mdlayher,
    'wg-easy': () => wgEasy(ofWgEasy!),
    telegraf,
    'wg-prefix': wgPrefix,
    'wg-exporter': wgExporter,
  };
  return new Map((Object.keys(config) as ProfileName[]).map((name) => [name, makers[name]()]));
}
