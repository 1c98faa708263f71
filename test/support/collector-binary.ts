import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { programPath, type GoProgram } from './go-program.js';
import { repositoryPath } from './repository.js';

const manifest = repositoryPath('otel-config/builder.yaml');

/** The Collector of otel-config/builder.yaml. */
export const collector: GoProgram = {
  title: 'the Collector',
  name: 'otelcol',
  pins: () => readFileSync(manifest, 'utf8'),
  build: async (folder, step) => {
    const version = /^ {2}version: (\S+)$/m.exec(readFileSync(manifest, 'utf8'))?.[1];
    if (version === undefined) throw new Error(`${manifest} has no dist.version: add the Collector's version`);
    await mkdir(join(folder, 'build'));
    const module = `go.opentelemetry.io/collector/cmd/builder@v${version}`;
    await step(`installing the Collector Builder ${version}`, 'go', ['install', module]);
    const builder = join(folder, 'builder');
    await step('fetching modules', builder, ['--config', manifest, '--skip-compilation']);
    const compileOnly = ['--config', manifest, '--skip-generate', '--skip-get-modules'];
    await step('compiling the Collector (minutes)', builder, compileOnly);
    return join(folder, 'build', 'collector', 'otelcol-wgotel');
  },
};

/** Returns the path of the built Collector; undefined when `npm run collector` has not been run for this manifest. */
export function collectorPath(): string | undefined {
  return programPath(collector);
}
