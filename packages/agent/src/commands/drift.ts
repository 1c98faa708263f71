import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Command } from 'commander';
import { withoutSecrets } from '../drift/setup-file.js';
import { readEach, replaceFile } from './extract.js';

const HELP = `
What is written says how devices are meant to be set up, and holds public keys, and no other keys: run this as root, before the
agent starts, and let the agent, which then needs no access to the configuration, compare with the result (drift.files).

Exit codes: 0 done, 1 no file could be read, 3 some could not.

Examples:
  $ sudo wgotel drift extract /etc/wireguard --output /run/wgotel/setup
  $ sudo wgotel drift extract /etc/systemd/network/wg0.netdev --output /run/wgotel/setup`;

/** Makes the command `wgotel drift`. */
export function driftCommand(): Command {
  const extract = new Command('extract')
    .description('Copy WireGuard configuration files without private and preshared keys.')
    .argument('<files...>', 'configurations of wg-quick (.conf) or networkd (.netdev), or folders of them')
    .requiredOption('-o, --output <folder>', 'where to write to; made if need be')
    .addHelpText('after', HELP)
    .action((files: readonly string[], { output }: { output: string }) => {
      mkdirSync(output, { recursive: true });
      process.exitCode = readEach(
        files,
        (_, bytes) => withoutSecrets(bytes),
        (path, text) => {
          const copy = join(output, basename(path));
          replaceFile(copy, text);
          console.error(`${path}: copied to ${copy}`);
        },
      );
    });
  return new Command('drift').description('Work with what devices are compared with.').addCommand(extract);
}
