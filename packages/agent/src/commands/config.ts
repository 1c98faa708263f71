import { Command } from 'commander';
import { configurationSchema } from '../config/json-schema.js';
import { DEFAULTS } from '../config/defaults.js';

const EXAMPLES = `
Examples:
  $ wgotel config defaults > /etc/wgotel/config.yaml
  $ wgotel config schema > wgotel.schema.json        # for editors: "# yaml-language-server: $schema=wgotel.schema.json"`;

/** Makes the command `wgotel config`. */
export function configCommand(): Command {
  const schema = new Command('schema')
    .description('Print the JSON Schema of the configuration file.')
    .action(() => void process.stdout.write(`${JSON.stringify(configurationSchema(), undefined, 2)}\n`));
  const defaults = new Command('defaults')
    .description('Print a configuration file that says what holds without one.')
    .action(() => void process.stdout.write(DEFAULTS));
  return new Command('config')
    .description('Show what a configuration file may say.')
    .addCommand(schema)
    .addCommand(defaults)
    .addHelpText('after', EXAMPLES);
}
