import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, it } from 'mocha';
import { repositoryPath } from '../support/repository.js';
import { printRows } from './print.js';
import { Scene } from './scene.js';

/** A row of the table of faults. */
export interface Fault {
  readonly fault: string;
  readonly expected: string;
  /** Brings it about, asserts what is expected, and returns what was seen: what it counted or was told. */
  readonly run: (scene: Scene) => Promise<string>;
}

/** Most of their time rows wait. */
const AT_ONCE = 4;

interface Seen extends Omit<Fault, 'run'> {
  readonly seen: string;
}

const NOT_AS_EXPECTED = 'NOT AS EXPECTED: ';

const done: Seen[] = [];
after(() => {
  printRows(
    ['fault', 'expected', 'seen'],
    done.map(({ fault, expected, seen }) => [fault, expected, seen]),
  );
  const right = done.filter(({ seen }) => !seen.startsWith(NOT_AS_EXPECTED));
  console.log(`${done.length} faults, ${right.length} as expected\n`);
});

/** Makes a test of each row, and of the section of docs/faults.md that tells of them.
 *
 *  @param atOnce so many rows are under way at once */
export function family(name: string, rows: readonly Fault[], atOnce = AT_ONCE): void {
  const runs: (Promise<string> | undefined)[] = [];
  const begin = (index: number): Promise<string> => {
    const run = (runs[index] ??= runRow(rows[index]!));
    // Who waits for it is told.
    run.catch(() => undefined);
    return run;
  };

  describe(`faults: ${name}`, () => {
    for (const [index, { fault, expected }] of rows.entries()) {
      it(`${fault}: ${expected}`, async () => {
        for (let next = index; next < Math.min(index + atOnce, rows.length); next++) void begin(next);
        try {
          done.push({ fault, expected, seen: await begin(index) });
        } catch (error) {
          done.push({ fault, expected, seen: `${NOT_AS_EXPECTED}${(error as Error).message.split('\n')[0]}` });
          throw error;
        }
      });
    }

    it('is what docs/faults.md says', () => {
      assert.deepEqual(
        documented(name),
        rows.map(({ fault, expected }) => [fault, expected]),
        'docs/faults.md differs from the suite: bring its first two columns up to date',
      );
    });
  });
}

async function runRow({ run }: Fault): Promise<string> {
  const scene = await Scene.open();
  try {
    const seen = await run(scene);
    scene.assertHarmless();
    return seen;
  } finally {
    await scene.close();
  }
}

/** The first two columns of a section's table. */
function documented(section: string): (readonly string[])[] {
  const page = readFileSync(repositoryPath('docs/faults.md'), 'utf8');
  const [, text = ''] = page.split(`\n## ${section}\n`);
  const lines = text
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('|'));
  // The first two are the head.
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, 3)
      .map((cell) => cell.trim()),
  );
}
