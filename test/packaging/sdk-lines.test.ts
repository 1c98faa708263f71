import assert from 'node:assert/strict';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { after, before, describe, it } from 'mocha';
import { sessionIds } from '@wgotel/core';
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
  {
    name: '2.x',
    api: '1.9.1',
    sdkMetrics: '2.12.0',
    sdkTrace: '2.12.0',
    sdkLogs: '0.223.0',
    logs: 'api-logs',
    more: ['api-logs@0.223.0'],
  },
  { name: '3.x', api: '1.10.0', sdkMetrics: '3.1.1', sdkTrace: '3.1.1', sdkLogs: '3.1.1', logs: 'api', more: [] },
] as const;

const FILES = ['main.ts', 'events.ts', 'spans.ts'];

/** What consumer/events.ts prints of each way to a provider. */
const RECORD = [
  'wireguard.clock.step',
  [1_699_999_999, 123_000_000],
  [1_700_000_000, 123_000_000],
  9,
  'the wall clock jumped forward by 5s',
  { 'wireguard.clock.offset': 5 },
  '0af7651916cd43dd8448eb211c80319c',
  'b7ad6b7169203331',
  '@wgotel/core',
];

/** What consumer/spans.ts prints of a session that was followed from its beginning to its end. */
const SPAN = [
  'wireguard.session',
  [1_700_000_000, 0],
  [1_700_000_180, 0],
  [['wireguard.peer.handshake', [1_700_000_000, 0]]],
  true,
];

describe('a program of a user', () => {
  let scratch: Scratch;
  const outputs: Output[] = [];
  before(async () => {
    scratch = await openScratch();
  });
  after(() => scratch.remove());

  for (const { name, api, sdkMetrics, sdkTrace, sdkLogs, logs, more } of LINES) {
    describe(`with the SDK's ${name} line`, () => {
      let project: string;
      before(async () => {
        const { devDependencies } = await readManifest(repositoryPath('.'));
        project = await scratch.install(name, [
          ...['@wgotel/core', '@wgotel/simulator'].map((ours) => tarballOf(scratch, ours)),
          `@opentelemetry/api@${api}`,
          `@opentelemetry/sdk-metrics@${sdkMetrics}`,
          `@opentelemetry/sdk-trace@${sdkTrace}`,
          `@opentelemetry/sdk-logs@${sdkLogs}`,
          ...more.map((each) => `@opentelemetry/${each}`),
          `@types/node@${devDependencies!['@types/node']}`,
        ]);
        for (const file of ['main.ts', 'events.ts', 'spans.ts']) {
          await copyFile(repositoryPath(`test/packaging/consumer/${file}`), join(project, file));
        }
        await writeFile(join(project, 'logs.ts'), `export { logs } from '@opentelemetry/${logs}';\n`);
        await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ ...TSCONFIG, files: FILES }));
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

      it('gets events, with a provider of its own and the global one', async () => {
        const { stdout } = await execa(process.execPath, [join(project, 'events.js')]);
        assert.deepEqual(JSON.parse(stdout), { passed: [RECORD], registered: [RECORD] });
      });

      it('gets spans of sessions, with ids of ours and of the provider', async () => {
        const { stdout } = await execa(process.execPath, [join(project, 'spans.js')]);
        const { traceId } = sessionIds(keyOf(1), keyOf(2), 1_700_000_000_000);
        assert.deepEqual(JSON.parse(stdout), { retroactive: [[...SPAN, traceId]], live: [[...SPAN, null]] });
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

/** 32 times the same byte. */
function keyOf(byte: number): string {
  return Buffer.alloc(32, byte).toString('base64');
}
