import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { after, before, describe, it } from 'mocha';
import { parse, stringify } from 'yaml';
import { collectorPath } from '../support/collector-binary.js';
import { repositoryPath } from '../support/repository.js';

interface Sample {
  readonly exporters: Readonly<Record<string, object>>;
  readonly service?: { readonly pipelines?: Readonly<Record<string, { readonly exporters: readonly string[] }>> };
}

const FOLDER = repositoryPath('otel-config');
const SAMPLES = (await readdir(FOLDER)).filter((name) => /^wgotel.*\.yaml$/.test(name));

/** What a Collector can take of a configuration of the agent: a receiver of its own in the place of ours, exporters of OTLP
 *  alone, and no health. */
function forCollector({ exporters: all, service }: Sample): object {
  const isOtlp = (id: string): boolean => id.startsWith('otlp');
  const exporters = Object.fromEntries(Object.entries(all).filter(([id]) => isOtlp(id)));
  const given = service?.pipelines ?? { metrics: { exporters: Object.keys(exporters) } };
  const pipelines = Object.entries(given)
    .map(([id, { exporters: used }]) => [id, { receivers: ['otlp'], exporters: used.filter(isOtlp) }] as const)
    .filter(([, { exporters: used }]) => used.length > 0);
  return {
    receivers: { otlp: { protocols: { grpc: { endpoint: '127.0.0.1:0' } } } },
    exporters,
    service: { pipelines: Object.fromEntries(pipelines) as object },
  };
}

describe('the exporters of the agent’s samples', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'wgotel-samples-'))));
  after(() => rm(folder, { recursive: true }));

  it('are there', () => assert.ok(SAMPLES.length >= 3));

  for (const name of SAMPLES) {
    it(`in ${name} are taken by the Collector`, async () => {
      const sample = parse(await readFile(join(FOLDER, name), 'utf8')) as Sample;
      const path = join(folder, name);
      await writeFile(path, stringify(forCollector(sample)));
      await execa(collectorPath() ?? '', ['validate', `--config=${path}`], { env: { COLLECTOR_TOKEN: 'abc' } });
    });
  }

  it('are refused with a key that it does not know', async () => {
    const path = join(folder, 'wrong.yaml');
    await writeFile(path, stringify(forCollector({ exporters: { otlp_grpc: { endpoint: 'h:1', header_files: {} } } })));
    await assert.rejects(execa(collectorPath() ?? '', ['validate', `--config=${path}`]), /header_files/);
  });
});
