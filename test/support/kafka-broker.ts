import { readFileSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programPath, type GoProgram } from './go-program.js';
import { startProcess, until } from './process.js';
import { repositoryPath } from './repository.js';

const SOURCE = repositoryPath('test/tools/kafka-broker/main.go');

/** The broker's module is part of the client's repository and has no releases. */
const MODULES = [
  'github.com/twmb/franz-go v1.22.3',
  'github.com/twmb/franz-go/pkg/kfake v0.0.0-20260918054303-01f206a7e32c',
];

/** A Kafka broker in memory. */
export const kafkaBroker: GoProgram = {
  title: 'the Kafka broker',
  name: 'kafka-broker',
  pins: () => MODULES.join('\n') + readFileSync(SOURCE, 'utf8'),
  build: async (folder, step) => {
    // Go does not read a go.mod right in the folder for temporary files, which `folder` is.
    const own = join(folder, 'module');
    await mkdir(own);
    await copyFile(SOURCE, join(own, 'main.go'));
    const required = MODULES.map((module) => `\t${module}\n`).join('');
    await writeFile(join(own, 'go.mod'), `module example.com/kafka\n\ngo 1.26\n\nrequire (\n${required})\n`);
    const output = join(folder, 'kafka-broker');
    await step('compiling the Kafka broker', 'go', ['-C', own, 'build', '-mod=mod', '-trimpath', '-o', output, '.']);
    return output;
  },
};

/** Returns the path of the built broker; undefined when `npm run collector-full` has not been run. */
export function kafkaBrokerPath(): string | undefined {
  return programPath(kafkaBroker);
}

/** A message that the broker has. */
export interface KafkaRecord {
  readonly topic: string;
  readonly value: Buffer;
}

/** A real broker on loopback. */
export interface RunningKafka {
  readonly address: string;
  /** What it has got so far. */
  records(): KafkaRecord[];
  stop(): Promise<void>;
}

/** Starts the broker that `npm run collector-full` has built, with topics of one partition. */
export async function startKafka(topics: readonly string[]): Promise<RunningKafka> {
  const binary = kafkaBrokerPath();
  if (binary === undefined) throw new Error('no Kafka broker: run `npm run collector-full`');
  const broker = startProcess(binary, topics);
  const listening = (): string | undefined => /^listening on (\S+)$/m.exec(broker.output())?.[1];
  try {
    const address = await until('the broker listens', listening, { process: broker });
    const records = (): KafkaRecord[] =>
      [...broker.output().matchAll(/^(otlp_\w+) (\S+)\n/gm)].map(([, topic = '', value = '']) => ({
        topic,
        value: Buffer.from(value, 'base64'),
      }));
    return { address, records, stop: () => broker.stop() };
  } catch (error) {
    await broker.stop();
    throw error;
  }
}
