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

/** A service with NodeSDK that reads a device with one peer whose session is a second old, and is over when the SDK ends. */
const INSTRUMENTED = `
import { NodeSDK } from '@opentelemetry/sdk-node';
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { WireGuardInstrumentation } from '@wgotel/core';

const key = (byte) => Buffer.alloc(32, byte).toString('base64');
const peer = { publicKey: key(2), allowedIPs: [], lastHandshakeTime: Date.now() - 1000, receiveBytes: 1, transmitBytes: 2 };
const device = { name: 'wg0', type: 'kernel', source: 'test', publicKey: key(1), peers: [peer], standardMessages: true };
const source = { name: 'test', read: async () => ({ devices: [device] }) };

const said = { metrics: [], spans: [] };
const exporter = {
  export: ({ scopeMetrics }, done) => {
    said.metrics.push(...scopeMetrics.flatMap(({ metrics }) => metrics.map(({ descriptor }) => descriptor.name)));
    done({ code: 0 });
  },
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
};
const processor = {
  onStart: () => undefined,
  onEnd: ({ name }) => said.spans.push(name),
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
};
const wireguard = new WireGuardInstrumentation({ source, initialDelay: 0 });
const node = new NodeSDK({
  instrumentations: [wireguard],
  metricReaders: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 100, exportTimeoutMillis: 100 })],
  spanProcessors: [processor],
});
node.start();
await new Promise((resolve) => setTimeout(resolve, 300));
// Sessions that go on end with the receiver.
await wireguard.receiver.shutdown();
await node.shutdown();
console.log(JSON.stringify(said));
`;

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
        it(`has its spans tagged and its metrics produced on Node ${major}`, async () => {
          const own = Number(process.versions.node.split('.')[0]) === major;
          const bin = own ? dirname(process.execPath) : await nodeFolder(major);
          const { stdout, stderr } = await execa(join(bin, 'node'), [join(project, 'main.js')]);
          assert.equal(stderr, '');
          assert.deepEqual(JSON.parse(stdout), {
            spans: [
              'internal   0',
              `matched ${TAGGED}`,
              `named ${TAGGED}`,
              ...Array.from({ length: 2 }, () => `served ${TAGGED}`),
              'unmatched   0',
            ],
            points: ['wireguard.peer.io receive 3', 'wireguard.peer.io transmit 4', 'wireguard.peer.up  1'],
          });
        });
      }
    });
  }

  for (const [name, api, sdkNode] of [
    ['2.x', '1.9.1', '0.223.0'],
    ['3.x', '1.10.0', '0.301.0'],
  ] as const) {
    describe(`with NodeSDK of ${name}`, () => {
      let project: string;
      before(async () => {
        project = await scratch.install(`sample ${name}`, [
          tarballOf(scratch, '@wgotel/core'),
          `@opentelemetry/api@${api}`,
          `@opentelemetry/sdk-node@${sdkNode}`,
        ]);
      });
      const run = async (args: readonly string[]): Promise<string> => {
        const node = join(await nodeFolder(22), 'node');
        const env = { OTEL_METRICS_EXPORTER: 'none', OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };
        return (await execa(node, args, { cwd: project, env })).stdout;
      };

      it('is set up by the lines of docs/tracing.md', async () => {
        const page = await readFile(repositoryPath('docs/tracing.md'), 'utf8');
        const sample = /^```js\n(.*?)^```/ms.exec(page)![1]!;
        await writeFile(join(project, 'otel.mjs'), sample);
        const program = `import { trace } from '@opentelemetry/api';
          const attributes = { 'network.peer.address': '127.0.0.1' };
          setTimeout(() => {
            const span = trace.getTracer('app').startSpan('request', { kind: 2, attributes });
            span.end();
            console.log(span.constructor.name, span.isRecording(), span.attributes['network.interface.name']);
          }, 50);`;
        const args = ['--import', './otel.mjs', '--input-type=module', '--eval', program];
        // There is no agent to ask: the span is left alone, and nothing keeps the program alive.
        assert.match(await run(args), /false undefined$/);
        const view = JSON.stringify(tunnelView({ interface: 'lo', allowedIPs: ['127.0.0.0/8'] }));
        const feed = `{ current: () => [${view}], onChange: () => () => undefined }`;
        // Loopback is no way out of the host, unless somebody says so.
        const told = sample.replace('createAgentFeed()', `${feed}, { devices: ['lo'] }`);
        assert.notEqual(told, sample);
        await writeFile(join(project, 'otel.mjs'), told);
        assert.match(await run(args), /false lo$/);
      });

      it('gives its providers to WireGuardInstrumentation', async () => {
        await writeFile(join(project, 'instrumented.mjs'), INSTRUMENTED);
        const said = JSON.parse(await run(['instrumented.mjs'])) as { metrics: string[]; spans: string[] };
        assert.ok(said.metrics.includes('wireguard.peer.io'), said.metrics.join());
        assert.deepEqual(said.spans, ['wireguard.session']);
      });
    });
  }
});
