#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { checkCommand } from './commands/check/command.js';
import { completionCommand } from './commands/completion.js';
import { configCommand } from './commands/config.js';
import { driftCommand } from './commands/drift.js';
import { namesCommand } from './commands/names.js';
import { onceCommand } from './commands/once/command.js';
import { readerCommand } from './commands/reader.js';
import { removeCommand } from './commands/remove/command.js';
import { runCommand } from './commands/run.js';
import { statusCommand } from './commands/status.js';
import { ConfigError } from './config/problems.js';
import { VERSION } from './version.js';

const EXAMPLES = `
Examples:
  $ wgotel once                                       what WireGuard is doing now
  $ wgotel run --endpoint http://localhost:4317       ship metrics to an OpenTelemetry Collector
  $ wgotel check                                      what works, what does not, and what to do about it
  $ wgotel status                                     how the running agent is doing`;

const program = new Command('wgotel')
  .description('WireGuard telemetry for OpenTelemetry.')
  .version(VERSION)
  .addHelpText('after', EXAMPLES)
  .exitOverride();

const COMMANDS = [
  runCommand(),
  onceCommand(),
  checkCommand(),
  statusCommand(),
  readerCommand(),
  namesCommand(),
  driftCommand(),
  configCommand(),
  removeCommand(),
  completionCommand(program),
];
for (const command of COMMANDS) program.addCommand(inherit(command, program));

function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const sub of command.commands) inherit(sub, command);
  return command;
}

// Whoever reads the output may have seen enough and gone, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

// What can't be logged, on a disk that is full or to somebody who has gone, is lost and harms nothing else.
process.stderr.on('error', () => undefined);

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
