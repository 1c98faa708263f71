import { writeFile } from 'node:fs/promises';
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
    // `go install` refuses modules that replace others; as a tool of a module of our own it is built without that.
    await writeFile(join(folder, 'go.mod'), 'module example.com/jaeger\n\ngo 1.26\n');
    await step('fetching modules', 'go', ['get', '-tool', MODULE]);
    await step('compiling Jaeger (minutes)', 'go', [
      'build',
      '-trimpath',
      '-ldflags=-s -w',
      '-o',
      'jaeger',
      MODULE.replace(/@.*/, ''),
    ]);
    return join(folder, 'jaeger');
  },
};

/** Returns the path of the built Jaeger; undefined when `npm run jaeger` has not been run. */
export function jaegerPath(): string | undefined {
  return programPath(jaeger);
}
