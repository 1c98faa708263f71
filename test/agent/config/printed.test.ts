import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, it } from 'mocha';
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { repositoryPath } from '../../support/repository.js';
import { startCli } from '../run/agent-process.js';
import { read } from './config.js';

async function printed(...args: string[]): Promise<string> {
  const { output, ended } = startCli(args);
  assert.deepEqual(await ended, [0, null]);
  assert.equal(output.err, '');
  return output.out;
}

const SAMPLES = readdirSync(repositoryPath('otel-config')).filter((name) => /^wgotel.*\.yaml$/.test(name));
const sample = (name: string): string => readFileSync(repositoryPath(`otel-config/${name}`), 'utf8');

describe('wgotel config', () => {
  it('prints defaults that say what holds without a file', async () => {
    const { health, stateSocket, pages, ...written } = read(await printed('config', 'defaults'));
    const { health: byDefault, stateSocket: socketByDefault, pages: pagesByDefault, ...without } = read(undefined);
    assert.deepEqual(written, without);
    assert.deepEqual({ ...health, explicit: false }, byDefault);
    assert.deepEqual({ ...stateSocket, explicit: false }, socketByDefault);
    assert.deepEqual({ prometheus: { ...pages['prometheus'], explicit: false } }, pagesByDefault);
  });

  it('prints defaults of which all that is shown in comments holds when it is taken in', async () => {
    const all = await printed('config', 'defaults');
    const shown = all
      .slice(all.indexOf('receivers:'))
      .replace(/^( *)(\w+): (?:\[.*\]|\{\}).*\n(?=\1# \2:)/gm, '')
      .replace(/^( *)# /gm, '$1');
    const { receivers, exporters, pages, warnings } = read(shown.replace(/\$\{file:[^}]*\}/g, 'token'));
    const { include, exclude, names, peers, devices, metrics, events } = receivers['wireguard']!;
    assert.deepEqual(warnings, []);
    assert.deepEqual(Object.keys(exporters), ['otlp_grpc', 'otlp_http/backup', 'influxdb', 'grafana_live', 'webhook']);
    assert.equal(pages['prometheus']?.webConfigFile, '/etc/wgotel/web.yaml');
    assert.ok(include && exclude && Object.keys(names.peers).length === 1 && Object.keys(metrics).length === 1);
    assert.deepEqual(events, { 'wireguard.peer.connected': { enabled: true } });
    assert.deepEqual([peers.length, devices.length], [2, 1]);
    const { storage, fsync } = exporters['otlp_grpc']!.metrics!.queue;
    assert.deepEqual([storage, fsync], ['/var/lib/wgotel', false]);
  });

  it('prints a schema that the samples and the defaults fit', async () => {
    const validate = new Ajv2020({ strict: false }).compile(JSON.parse(await printed('config', 'schema')) as object);
    assert.ok(SAMPLES.length > 0);
    for (const text of [await printed('config', 'defaults'), ...SAMPLES.map(sample)]) {
      assert.ok(validate(parse(text)), JSON.stringify(validate.errors, undefined, 2));
    }
    for (const wrong of ['{receiver: {}}', 'receivers: {wireguard: {timeout: [1]}}', 'exporters: {otlp_grpc: {}}']) {
      assert.equal(validate(parse(wrong)), false, wrong);
    }
  });

  for (const name of SAMPLES) {
    it(`reads the sample ${name} without a warning`, () => {
      const { warnings } = read(sample(name), { COLLECTOR_TOKEN: 'abc', CHAT_WEBHOOK: 'https://h/x' });
      assert.deepEqual(warnings, []);
    });
  }
});
