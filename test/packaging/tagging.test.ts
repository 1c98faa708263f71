import assert from 'node:assert/strict';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { after, before, describe, it } from 'mocha';
import { repositoryPath } from '../support/repository.js';
import { tunnelView } from '../support/tunnel-feed.js';
import { nodeFolder, OTHER_NODES } from './nodes.js';
import { openScratch, readManifest, tarballOf, type Scratch } from './scratch.js';
import { TSCONFIG } from './strict-config.js';

/** The lowest and the highest of each range; the SDK's 3.x needs Node 22.15. */
const LINES = [
  { name: 'lowest of 2.x', api: '1.9.0', sdkTrace: '2.9.0', sdkMetrics: '2.9.0', from: 20 },
  { name: '2.12', api: '1.9.1', sdkTrace: '2.12.0', sdkMetrics: '2.12.0', from: 20 },
  { name: '3.1', api: '1.10.0', sdkTrace: '3.1.1', sdkMetrics: '3.1.1', from: 22 },
] as const;

const TAGGED = 'lo fedcba9876543210 1';

describe('a traced program of a user', function () {
  this.timeout(240_000);
  let scratch: Scratch;
  before(async () => {
    scratch = await openScratch();
  });
  after(() => scratch.remove());

  for (const { name, api, sdkTrace, sdkMetrics, from } of LINES) {
    describe(`with the SDK's ${name}`, () => {
      let project: string;
      before(async () => {
        const { devDependencies } = await readManifest(repositoryPath('.'));
        project = await scratch.install(`tagging ${name}`, [
          tarballOf(scratch, '@wgotel/core'),
          `@opentelemetry/api@${api}`,
          `@opentelemetry/sdk-trace@${sdkTrace}`,
          `@opentelemetry/sdk-metrics@${sdkMetrics}`,
          `@types/node@${devDependencies!['@types/node']}`,
        ]);
        await copyFile(repositoryPath('test/packaging/consumer/tagging.ts'), join(project, 'main.ts'));
        await writeFile(join(project, 'tsconfig.json'), JSON.stringify(TSCONFIG));
        await execa(process.execPath, [repositoryPath('node_modules/typescript/bin/tsc'), '--project', project]);
      });

      for (const major of [20, ...OTHER_NODES].filter((each) => each >= from)) {
        it(`has its spans tagged on Node ${major}`, async () => {
          const own = Number(process.versions.node.split('.')[0]) === major;
          const bin = own ? dirname(process.execPath) : await nodeFolder(major);
          const { stdout, stderr } = await execa(join(bin, 'node'), [join(project, 'main.js')]);
          assert.equal(stderr, '');
          assert.deepEqual(JSON.parse(stdout), [
            'internal   0',
            `matched ${TAGGED}`,
            `named ${TAGGED}`,
            ...Array.from({ length: 2 }, () => `served ${TAGGED}`),
            'unmatched   0',
          ]);
        });
      }
    });
  }

  for (const [name, api, sdkNode] of [
    ['2.x', '1.9.1', '0.223.0'],
    ['3.x', '1.10.0', '0.301.0'],
  ] as const) {
    it(`is set up by the lines of docs/tracing.md with NodeSDK of ${name}`, async () => {
      const project = await scratch.install(`sample ${name}`, [
        tarballOf(scratch, '@wgotel/core'),
        `@opentelemetry/api@${api}`,
        `@opentelemetry/sdk-node@${sdkNode}`,
      ]);
      const page = await readFile(repositoryPath('docs/tracing.md'), 'utf8');
      await writeFile(join(project, 'otel.mjs'), /^```js\n(.*?)^```/ms.exec(page)![1]!);
      const view = tunnelView({ interface: 'lo', allowedIPs: ['127.0.0.0/8'] });
      await writeFile(
        join(project, 'feed.mjs'),
        `export const feed = { current: () => [${JSON.stringify(view)}], onChange: () => () => undefined };`,
      );
      const program = `import { trace } from '@opentelemetry/api';
        const attributes = { 'network.peer.address': '127.0.0.1' };
        setTimeout(() => {
          const span = trace.getTracer('app').startSpan('request', { kind: 2, attributes });
          span.end();
          console.log(span.constructor.name, span.isRecording(), span.attributes['network.interface.name']);
        }, 50);`;
      const args = ['--import', './otel.mjs', '--input-type=module', '--eval', program];
      const node = join(await nodeFolder(22), 'node');
      const { stdout } = await execa(node, args, { cwd: project, env: { OTEL_METRICS_EXPORTER: 'none' } });
      // Loopback is no way out of the host: the span was seen, and is left alone.
      assert.match(stdout, /false undefined$/);
      const declared = await readFile(join(project, 'otel.mjs'), 'utf8');
      await writeFile(join(project, 'otel.mjs'), declared.replace('(feed)', "(feed, { devices: ['lo'] })"));
      const again = await execa(node, args, { cwd: project, env: { OTEL_METRICS_EXPORTER: 'none' } });
      assert.match(again.stdout, /false lo$/);
    });
  }
});
