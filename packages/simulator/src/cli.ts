#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import type { Behaviour, Mix } from './behaviour.js';
import { activityOf } from './behaviour.js';
import { Simulator } from './simulator.js';

interface CliOptions {
  readonly directory: string;
  readonly device: string;
  readonly peers: number;
  readonly seed: number;
  readonly age: number;
  readonly mix?: Mix;
  readonly recreateEvery?: number;
}

const EXAMPLE = `
Example: 1000 peers that have been up for an hour, read with any UAPI client
  $ wgotel-simulator --directory ./sockets --device wg0 --peers 1000 --age 3600 --mix steady=6,idle=3,dead=1`;

const program = new Command('wgotel-simulator')
  .description('Serves a simulated WireGuard device on a UAPI socket, until interrupted.')
  .requiredOption('--directory <path>', 'where the socket goes; made if missing')
  .option('--device <name>', 'interface name', 'wg0')
  .option('--peers <number>', 'number of peers', wholeNumber, 100)
  .option('--seed <number>', 'the same seed gives the same peers', wholeNumber, 1)
  .option('--age <seconds>', 'how long the device has existed at the start', wholeNumber, 0)
  .option('--mix <list>', `weights of behaviours (${Object.keys(activityOf).join(', ')})`, parseMix)
  .option('--recreate-every <seconds>', 're-create the device each time this has passed', wholeNumber)
  .addHelpText('after', EXAMPLE)
  .exitOverride()
  .action(serve);

try {
  await program.parseAsync();
} catch (error) {
  // Commander has said what was wrong with the command line; help that was asked for is not wrong.
  const helped = error instanceof CommanderError && error.exitCode === 0;
  if (!(error instanceof CommanderError)) console.error(`wgotel-simulator: ${(error as Error).message}`);
  process.exitCode = helped ? 0 : 2;
}

async function serve({ directory, device, peers, seed, age, mix, recreateEvery }: CliOptions): Promise<void> {
  const simulator = new Simulator({ directory, seed });
  const { socketPath } = simulator.addDevice({
    name: device,
    peers,
    age: age * 1000,
    ...(mix && { mix }),
    ...(recreateEvery && { recreateEvery: recreateEvery * 1000 }),
  });
  await simulator.start();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.close());
  console.log(`${device}: ${peers} peers, listening on ${socketPath}`);
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('give a whole number, 0 or more.');
  return Number(text);
}

function parseMix(text: string): Mix {
  return Object.fromEntries(
    text.split(',').map((item) => {
      const [behaviour = '', weight = ''] = item.split('=');
      if (!(behaviour in activityOf) || !(Number(weight) >= 0) || weight === '') {
        throw new InvalidArgumentError(`'${item}' is no BEHAVIOUR=WEIGHT.`);
      }
      return [behaviour as Behaviour, Number(weight)];
    }),
  );
}
