import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programPath, type GoProgram } from './go-program.js';

/** The last of which all modules can be had from the Go module proxy; the program calls itself by another number. */
const MODULE = 'github.com/jaegertracing/jaeger/cmd/jaeger@v1.76.0';

/** Jaeger v2, without the assets of its pages, which are not part of the module. */
export const jaeger: GoProgram = {
  title: 'Jaeger',
  name: 'jaeger',
  pins: () => MODULE,
  build: async (folder, step) => {
    // `go install` refuses modules that replace others; as a tool of a module of our own it is built without that. Go does not
    // read a go.mod right in the folder for temporary files, which `folder` is.
    const own = join(folder, 'module');
    await mkdir(own);
    await writeFile(join(own, 'go.mod'), 'module example.com/jaeger\n\ngo 1.26\n');
    await step('fetching modules', 'go', ['-C', own, 'get', '-tool', MODULE]);
    const output = ['-trimpath', '-ldflags=-s -w', '-o', join(folder, 'jaeger')];
    await step('compiling Jaeger (minutes)', 'go', ['-C', own, 'build', ...output, MODULE.replace(/@.*/, '')]);
    return join(folder, 'jaeger');
  },
};

/** Returns the path of the built Jaeger; undefined when `npm run jaeger` has not been run. */
export function jaegerPath(): string | undefined {
  return programPath(jaeger);
}
