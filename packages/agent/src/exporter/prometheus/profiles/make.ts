import type { ProfilesConfig } from '../../../config/configuration.js';
import { NativeProfile } from './native.js';
import type { Profile } from './profile.js';

export type ProfileName = keyof ProfilesConfig;

/** Makes a profile with its options. */
export function makeProfile(name: ProfileName, _options: ProfilesConfig): Profile {
  switch (name) {
    case 'native':
      return new NativeProfile();
  }
}
