import assert from 'node:assert/strict';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { after, before, describe, it } from 'mocha';
import { repositoryPath } from '../support/repository.js';
import { openScratch, readManifest, tarballOf, type Scratch } from './scratch.js';
import { TSCONFIG } from './strict-config.js';

/** What consumer/main.ts prints. */
interface Output {
  readonly producer: readonly string[];
  readonly meter: readonly string[];
  readonly reads: number;
  readonly warnings: readonly string[];
}

const LINES = [
  { name: '2.x', api: '1.9.1', sdkMetrics: '2.12.0' },
  { name: '3.x', api: '1.10.0', sdkMetrics: '3.1.1' },
] as const;

describe('a program of a user', () => {
  let scratch: Scratch;
  const outputs: Output[] = [];
  before(async () => {
    scratch = await openScratch();
  });
  after(() => scratch.remove());

  for (const { name, api, sdkMetrics } of LINES) {
    describe(`with the SDK's ${name} line`, () => {
      let project: string;
      before(async () => {
        const { devDependencies } = await readManifest(repositoryPath('.'));
        project = await scratch.install(name, [
          ...['@wgotel/core', '@wgotel/simulator'].map((ours) => tarballOf(scratch, ours)),
          `@opentelemetry/api@${api}`,
          `@opentelemetry/sdk-metrics@${sdkMetrics}`,
          `@types/node@${devDependencies!['@types/node']}`,
        ]);
        await copyFile(repositoryPath('test/packaging/consumer/main.ts'), join(project, 'main.ts'));
        await writeFile(join(project, 'tsconfig.json'), JSON.stringify(TSCONFIG));
      });

      it('type-checks', async () => {
        await execa(process.execPath, [repositoryPath('node_modules/typescript/bin/tsc'), '--project', project]);
      });

      it('gets the same points from the producer and from a meter', async () => {
        const sockets = join(project, 'sockets');
        await mkdir(sockets);
        const { stdout } = await execa(process.execPath, [join(project, 'main.js'), sockets]);
        const output = JSON.parse(stdout) as Output;
        assert.deepEqual(output.producer, output.meter);
        const io = output.producer.filter((point) => point.startsWith('wireguard.peer.io{'));
        assert.equal(io.length, 3 * 2);
        assert.ok(io.every((point) => Number(point.split(' ').at(-1)) > 0));
        assert.equal(output.reads, 2);
        assert.equal(output.warnings.length, 1);
        assert.match(output.warnings[0]!, /no MeterProvider/);
        outputs.push(output);
      });
    });
  }

  describe('with either line', () => {
    it('gets the same points', () => {
      assert.equal(outputs.length, LINES.length);
      assert.deepEqual(outputs[0], outputs[1]);
    });
  });
});
