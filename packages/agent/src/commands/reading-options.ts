import type { Command } from 'commander';
import { SOURCE_NAMES } from '../config/reading.js';

/** Adds the options that say how WireGuard is read. What they hold is checked by `readReadingConfig`. */
export function addReadingOptions(command: Command): Command {
  return command
    .option('--source <name>', `how WireGuard is read: ${SOURCE_NAMES.join(', ')} (default: auto)`)
    .option('--uapi-directory <folder>', 'where userspace devices have their sockets (default: /var/run/wireguard)')
    .option('--timeout <duration>', 'what a scrape has not read by then fails, the rest is kept (default: 10s)');
}
