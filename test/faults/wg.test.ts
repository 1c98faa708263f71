import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import assert from 'node:assert/strict';
import { toDump } from '../core/source/device-text.js';
import { grpcBackend } from './backend.js';
import { assertPlausible, scrapesIn } from './points.js';
import type { Scene } from './scene.js';
import { family, type Fault } from './table.js';
import { goBlind } from './unreadable.js';

const BLIND =
  'with one warning and one line when it is over; errors are counted, and all is read again once `wg` answers';
const KEY = Buffer.from('0123456789abcdef0123456789abcdef');

const peers = ['alice', 'bob'].map((name) => ({ name, secret: true, allowedIPs: ['10.0.0.0/24'], receiveBytes: 1000 }));

/** A stand-in for `wg`: a shell script that can be made another one. */
class StandIn {
  readonly path: string;
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.path = scene.path('wg');
    const dump = toDump({ name: 'wg0', privateKey: KEY, publicKey: KEY, peers });
    scene.keepSecret(KEY);
    for (const line of dump.split('\n').slice(1, -1)) scene.keepSecret(Buffer.from(line.split('\t')[2]!, 'base64'));
    writeFileSync(scene.path('dump'), dump);
    this.works();
  }

  /** Does this from now on; `dump` is what it says when all is well. */
  does(script: string): void {
    const aside = this.#scene.path('wg.new');
    writeFileSync(aside, `#!/bin/sh\n${script.replaceAll('dump', this.#scene.path('dump'))}\n`, { mode: 0o755 });
    renameSync(aside, this.path);
  }

  works(): void {
    this.does('cat dump');
  }
}

const failing = (fault: string, code: string, begin: (wg: StandIn) => void, expected = ''): Fault => ({
  fault: `\`wg\` ${fault}`,
  expected: `the source fails, ${expected}${BLIND}`,
  run: async (scene) => {
    const backend = scene.using(await grpcBackend());
    const wg = new StandIn(scene);
    const agent = scene.run({
      exporters: { otlp_grpc: backend.section },
      receiver: {
        source: 'wg-show',
        command: [wg.path],
        directory: undefined,
        timeout: code === 'TIMEOUT' ? '3s' : '10s',
        collection_interval: '200ms',
      },
    });
    const seen = await goBlind(agent, backend, { code, begin: () => begin(wg), end: () => wg.works() });
    assert.ok(agent.peak < 400, `${agent.peak} MB`);
    return `${seen}; ${await assertPlausible(backend.taken)} sums, none of which falls; ${agent.peak} MB at most`;
  },
});

family('The command `wg`', [
  failing('is missing', 'SOURCE_UNAVAILABLE', (wg) => rmSync(wg.path)),
  failing('may not be run', 'PERMISSION_DENIED', (wg) => chmodSync(wg.path, 0o644)),
  failing('hangs', 'TIMEOUT', (wg) => wg.does('cat dump; exec sleep 60'), 'it is killed at the time-out, '),
  failing('has a child that holds its output open', 'TIMEOUT', (wg) => wg.does('sleep 5 & cat dump')),
  failing('prints garbage', 'PROTOCOL', (wg) => wg.does('echo these are not the peers you are looking for')),
  failing('prints zeros without end', 'PROTOCOL', (wg) => wg.does('exec cat /dev/zero'), 'it is killed, '),
  failing('prints lines without end', 'PROTOCOL', (wg) => wg.does('while :; do cat dump; done'), 'it is killed, '),
  failing('breaks off in the middle of a line', 'PROTOCOL', (wg) => wg.does('head -c 300 dump')),
  failing('is killed', 'READ_FAILED', (wg) => wg.does('kill -9 $$')),
  failing('fails and says nothing', 'READ_FAILED', (wg) => wg.does('exit 3')),
  {
    fault: '`wg` fails after good output, as it may not read one of two devices',
    expected: 'what was read is kept; the other device fails, with one warning and one line when it is over',
    run: async (scene) => {
      const backend = scene.using(await grpcBackend());
      const wg = new StandIn(scene);
      const agent = scene.run({
        exporters: { otlp_grpc: backend.section },
        receiver: { source: 'wg-show', command: [wg.path], directory: undefined, collection_interval: '200ms' },
      });
      let [before, after] = [0, 0];
      const seen = await goBlind(agent, backend, {
        code: 'PERMISSION_DENIED',
        device: 'wg1',
        begin: () => {
          wg.does('cat dump; echo "Unable to access interface wg1: Operation not permitted" >&2; exit 1');
          before = scrapesIn(backend.taken).length;
        },
        end: () => {
          after = scrapesIn(backend.taken).length;
          wg.works();
        },
      });
      assert.ok(after > before, 'the other device was not read');
      return `${seen}; meanwhile wg0 was read ${after - before} times`;
    },
  },
]);
