import type { Command } from 'commander';
import { DEFAULT_FILE } from '../config/load.js';
import { SOURCE_NAMES } from '../config/schema/receiver.js';

/** Adds the option that names the configuration file.
 *
 *  @param usual read if it is there and no other is named */
export function addConfigOption(command: Command, usual: string = DEFAULT_FILE): Command {
  return command.option('--config <file>', `configuration file (default: $WGOTEL_CONFIG or ${usual})`);
}

/** Adds the options that say how WireGuard is read. They win over the configuration file. */
export function addReadingOptions(command: Command, usual: string = DEFAULT_FILE): Command {
  return addConfigOption(command, usual)
    .option('--source <name>', `how WireGuard is read: ${SOURCE_NAMES.join(', ')} (default: auto)`)
    .option('--uapi-directory <folder>', 'where userspace devices have their sockets (default: /var/run/wireguard)')
    .option('--timeout <duration>', 'what a scrape has not read by then fails, the rest is kept (default: 10s)');
}
