import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { before, describe, it } from 'mocha';
import { repositoryPath } from '../support/repository.js';

/** Whether the lint rules let a file import something. */
const IMPORTS: readonly [file: string, imported: string, allowed: boolean][] = [
  ['core/src/errors.ts', './model/device.js', false],
  ['core/src/errors.ts', 'node:fs', false],
  ['core/src/model/a.ts', '../errors.js', true],
  ['core/src/model/b.ts', './device.js', true],
  ['core/src/model/c.ts', 'node:crypto', true],
  ['core/src/model/d.ts', '../source/source.js', false],
  ['core/src/model/e.ts', '../state/frame.js', false],
  ['core/src/model/f.ts', 'execa', false],
  ['core/src/source/a.ts', '../model/device.js', true],
  ['core/src/source/b.ts', '../errors.js', true],
  ['core/src/source/c.ts', './uapi/source.js', true],
  ['core/src/source/d.ts', '../state/frame.js', false],
  ['core/src/source/e.ts', '../receiver/clock.js', false],
  ['core/src/source/f.ts', 'execa', false],
  ['core/src/source/uapi/a.ts', '../../model/device.js', true],
  ['core/src/source/uapi/b.ts', '../../errors.js', true],
  ['core/src/source/uapi/c.ts', '../bytes.js', true],
  ['core/src/source/uapi/d.ts', '../../signals/metric.js', false],
  ['core/src/source/uapi/e.ts', 'execa', false],
  ['core/src/source/uapi/f.ts', 'koffi', false],
  ['core/src/source/netlink/a.ts', 'koffi', true],
  ['core/src/source/netlink/b.ts', '../link.js', true],
  ['core/src/source/netlink/c.ts', 'execa', false],
  ['core/src/source/netlink/d.ts', '../../state/frame.js', false],
  ['core/src/source/wg-show/a.ts', 'execa', true],
  ['core/src/source/wg-show/b.ts', '../uapi/sockets.js', true],
  ['core/src/source/wg-show/c.ts', '../../state/frame.js', false],
  ['core/src/source/wg-show/d.ts', 'koffi', false],
  ['core/src/state/a.ts', '../model/device.js', true],
  ['core/src/state/b.ts', '../source/source.js', false],
  ['core/src/state/c.ts', '../errors.js', false],
  ['core/src/state/d.ts', 'execa', false],
  ['core/src/state/saved/a.ts', '../frame.js', true],
  ['core/src/state/saved/b.ts', '../../model/key.js', true],
  ['core/src/state/saved/c.ts', '../../source/source.js', false],
  ['core/src/state/saved/d.ts', 'execa', false],
  ['core/src/signals/a.ts', '../model/device.js', true],
  ['core/src/signals/b.ts', '../state/frame.js', true],
  ['core/src/signals/c.ts', '../source/source.js', false],
  ['core/src/signals/d.ts', '../receiver/clock.js', false],
  ['core/src/signals/e.ts', '../errors.js', true],
  ['core/src/signals/events/a.ts', '../../state/change.js', true],
  ['core/src/signals/events/b.ts', '../names.js', true],
  ['core/src/signals/events/c.ts', '../../source/source.js', false],
  ['core/src/signals/events/d.ts', '../../receiver/clock.js', false],
  ['core/src/tracing/a.ts', '../model/tunnel.js', true],
  ['core/src/tracing/b.ts', '../signals/names.js', true],
  ['core/src/tracing/c.ts', '../signals/definitions.js', false],
  ['core/src/tracing/d.ts', '../state/frame.js', false],
  ['core/src/tracing/agent-feed/a.ts', '../../model/tunnel.js', true],
  ['core/src/tracing/agent-feed/b.ts', '../../signals/names.js', true],
  ['core/src/tracing/agent-feed/c.ts', '../../receiver/clock.js', false],
  ['core/src/receiver/a.ts', '../signals/metric.js', true],
  ['core/src/receiver/b.ts', '../source/source.js', true],
  ['core/src/receiver/c.ts', 'execa', false],
  ['core/src/receiver/d.ts', 'koffi', false],
  ['core/src/producer.ts', './signals/metric-data.js', true],
  ['core/src/producer.ts', 'execa', false],
  ['agent/src/a.ts', '@wgotel/core', true],
  ['agent/src/b.ts', '@wgotel/core/producer', true],
  ['agent/src/c.ts', '@wgotel/core/dist/source/bytes.js', false],
  ['agent/src/d.ts', '@wgotel/simulator', false],
  ['agent/src/commands/e.ts', '../../../core/src/errors.js', false],
  ['simulator/src/a.ts', 'commander', true],
  ['simulator/src/b.ts', '@wgotel/core', false],
  ['simulator/src/c.ts', '../../core/src/errors.js', false],
];

/** Every way to import. */
const forms = (name: string): string =>
  `import { a } from '${name}';\nimport type { B } from '${name}';\nexport { c } from '${name}';\nexport const d: B = a;\n`;
const FORMS = 3;

interface Report {
  readonly diagnostics: readonly { readonly code: string; readonly filename: string }[];
  readonly number_of_files: number;
}

/** Lints a file for each row of the table, each in a copy of the repository's tree and under its rules. */
function lint(): Report {
  const folder = mkdtempSync(join(tmpdir(), 'wglayers-'));
  try {
    for (const [index, [file, imported]] of IMPORTS.entries()) {
      const path = join(folder, `${index}`, 'packages', file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, forms(imported));
      cpSync(repositoryPath('.oxlintrc.json'), join(folder, `${index}`, '.oxlintrc.json'));
    }
    const args = [repositoryPath('node_modules/oxlint/bin/oxlint'), '--format', 'json'];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    assert.ok(stdout.startsWith('{'), stdout + stderr);
    return JSON.parse(stdout) as Report;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('who may import whom', () => {
  let report: Report;

  before(() => {
    report = lint();
    assert.equal(report.number_of_files, IMPORTS.length);
  });

  for (const [index, [file, imported, allowed]] of IMPORTS.entries()) {
    it(`${file} may ${allowed ? '' : 'not '}import ${imported}`, () => {
      const found = report.diagnostics.filter(
        ({ code, filename }) =>
          code === 'eslint(no-restricted-imports)' && filename === join(`${index}`, 'packages', file),
      );
      assert.equal(found.length, allowed ? 0 : FORMS);
    });
  }
});
