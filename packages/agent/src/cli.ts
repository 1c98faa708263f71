#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { onceCommand } from './commands/once/command.js';
import { runCommand } from './commands/run.js';
import { ConfigError } from './config/problems.js';
import { VERSION } from './version.js';

const EXAMPLES = `
Examples:
  $ wgotel once                                       what WireGuard is doing now
  $ wgotel run --endpoint http://localhost:4317       ship metrics to an OpenTelemetry Collector`;

const program = new Command('wgotel')
  .description('WireGuard telemetry for OpenTelemetry.')
  .version(VERSION)
  .addHelpText('after', EXAMPLES)
  .exitOverride();

for (const command of [runCommand(), onceCommand()]) program.addCommand(command.copyInheritedSettings(program));

// Whoever reads the output may have seen enough and gone, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof ConfigError) {
    process.stderr.write(`wgotel: ${error.message}\n`);
    process.exitCode = 2;
  } else if (error instanceof CommanderError) {
    // It has said what was wrong with the command line; help that was asked for is not wrong.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    throw error;
  }
}
