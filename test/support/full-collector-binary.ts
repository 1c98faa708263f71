import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { programPath, type GoProgram } from './go-program.js';
import { repositoryPath } from './repository.js';

const manifest = repositoryPath('otel-config/builder-full.yaml');

type Manifest = { readonly dist: { readonly version: string } } & Readonly<
  Record<string, readonly { readonly gomod: string }[]>
>;

/**
 * The Collector of otel-config/builder-full.yaml. The Collector Builder would ask for everything that the tests of a module
 * need as well, of which not all is served; so it only writes the sources here, and Go fetches what it compiles.
 */
export const fullCollector: GoProgram = {
  title: 'the Collector with all components',
  name: 'otelcol-full',
  pins: () => readFileSync(manifest, 'utf8'),
  build: async (folder, step) => {
    const { dist, ...components } = parse(readFileSync(manifest, 'utf8')) as Manifest;
    const sources = join(folder, 'build', 'collector');
    await mkdir(sources, { recursive: true });
    const module = `go.opentelemetry.io/collector/cmd/builder@v${dist.version}`;
    await step(`installing the Collector Builder ${dist.version}`, 'go', ['install', module]);
    const only = ['--skip-compilation', '--skip-get-modules', '--skip-strict-versioning'];
    await step('writing sources', join(folder, 'builder'), ['--config', manifest, ...only]);
    const modules = Object.values(components).flatMap((some) => some.map(({ gomod }) => gomod));
    const required = [...modules, `go.opentelemetry.io/collector/otelcol v${dist.version}`];
    const text = `module example.com/otelcol\n\ngo 1.26\n\nrequire (\n\t${required.join('\n\t')}\n)\n`;
    await writeFile(join(sources, 'go.mod'), text);
    const output = ['-mod=mod', '-trimpath', '-ldflags=-s -w', '-o', join(folder, 'otelcol')];
    await step('compiling the Collector (minutes)', 'go', ['-C', sources, 'build', ...output, '.']);
    return join(folder, 'otelcol');
  },
};

/** Returns the path of the built Collector; undefined when `npm run collector-full` has not been run for this manifest. */
export function fullCollectorPath(): string | undefined {
  return programPath(fullCollector);
}
