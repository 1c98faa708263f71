import { readFileSync } from 'node:fs';
import { repositoryPath } from './repository.js';

/** The environment that the systemd unit gives Node, flags of V8 among it: what is measured is what runs. */
export function shippedEnvironment(): { readonly NODE_OPTIONS: string } {
  const unit = readFileSync(repositoryPath('deploy/systemd/wgotel.service'), 'utf8');
  const options = /^Environment="NODE_OPTIONS=(.+)"$/m.exec(unit)?.[1];
  if (options === undefined) throw new Error('deploy/systemd/wgotel.service has no Environment="NODE_OPTIONS=…"');
  return { NODE_OPTIONS: options };
}
