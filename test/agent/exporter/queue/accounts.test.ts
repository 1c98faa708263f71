import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '@wgotel/agent';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { until } from '../../../support/process.js';
import { checkAccounts } from '../accounts.js';
import { turn } from '../sender-setup.js';
import { BLOCK, SENT, startSender, UNCONNECTED, withFolder, type Running } from './queue-setup.js';

const REFUSED: Outcome = { kind: 'refused', reason: 'no', message: '' };
const IN_PART: Outcome = { kind: 'sent', rejectedItems: 2, message: 'z' };

/** What is done: something is enqueued, time passes, the disk fails or works again, or the process is ended or killed and
 *  another one begins. */
type Step =
  | { readonly is: 'enqueue'; readonly items: number; readonly blocks: number }
  | { readonly is: 'turn' | 'break' | 'mend' | 'settle' | 'end' | 'kill' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      is: fc.constant('enqueue' as const),
      items: fc.nat(9),
      blocks: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ is: fc.constant('turn' as const) }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constantFrom('break' as const, 'mend' as const) }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constantFrom('settle' as const, 'end' as const, 'kill' as const) }) },
);

/** Agents that come one after the other, each with what the one before has left. */
class Succession {
  readonly accepted: string[] = [];
  dropped = 0;
  enqueued = 0;
  /** How many had their bytes given back. */
  released = 0;
  readonly #root: string;
  readonly #answer: () => Outcome;
  #folder: string;
  #count = 0;
  #isBroken = false;
  #running: Running;

  constructor(root: string, answer: () => Outcome) {
    this.#root = root;
    this.#answer = answer;
    this.#folder = mkdtempSync(join(root, 'first-'));
    this.#running = this.#begin();
  }

  /** Waits until the folder was looked through. */
  async open(): Promise<void> {
    this.enqueue(1, 1);
    await this.settle();
  }

  enqueue(items: number, blocks: number): void {
    const text = `${++this.enqueued} ${randomBytes(blocks * BLOCK - 600).toString('latin1')}`;
    const bytes = Buffer.from(text);
    const release = (): void => {
      this.released++;
      // As a buffer is that is written over.
      bytes.fill(0);
    };
    void this.#running.sender.enqueue({ bytes, items, release });
    this.check();
  }

  /** The folder of the queue is none for a while. */
  break(): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    renameSync(this.#folder, `${this.#folder}.away`);
    writeFileSync(this.#folder, '');
  }

  mend(): void {
    if (!this.#isBroken) return;
    this.#isBroken = false;
    rmSync(this.#folder);
    renameSync(`${this.#folder}.away`, this.#folder);
    // What could not be done is tried again with what comes next.
    this.enqueue(1, 1);
  }

  check(): void {
    checkAccounts(this.#running.sender.deliveries);
  }

  /** Waits until everything is on disk or done with, and does something at that very moment. */
  async settle(then: () => void = () => undefined): Promise<void> {
    this.mend();
    const { sender } = this.#running;
    await until('all is on disk', () => {
      this.check();
      const { stored, queuedBytes } = sender.state;
      const isThere = stored!.requests === sender.deliveries.queued.requests && queuedBytes === stored!.bytes;
      if (!isThere || readdirSync(this.#folder).length !== stored!.requests) return false;
      then();
      return true;
    });
  }

  async end(): Promise<void> {
    await this.settle();
    await this.#running.sender.shutdown(0);
    this.check();
    this.#sum();
    await this.#succeed(this.#folder);
  }

  /** What is there at one moment is what a kill leaves; what this process goes on to do counts for nothing. */
  async kill(): Promise<void> {
    const { sender } = this.#running;
    const copy = join(this.#root, String(++this.#count));
    await this.settle(() => {
      cpSync(this.#folder, copy, { recursive: true });
      this.#sum();
    });
    await sender.shutdown(0);
    await this.#succeed(copy);
  }

  /** Waits until nothing is left to do. */
  async finish(): Promise<void> {
    this.mend();
    await until('all is done', () => {
      this.check();
      return this.#running.sender.deliveries.queued.requests === 0 && readdirSync(this.#folder).length === 0;
    });
    this.#sum();
    await this.#running.sender.shutdown(0);
  }

  #sum(): void {
    this.accepted.push(...this.#running.accepted);
    for (const { requests } of Object.values(this.#running.sender.deliveries.dropped)) this.dropped += requests;
  }

  async #succeed(folder: string): Promise<void> {
    this.#folder = folder;
    const left = readdirSync(folder).map((name) => Number(name.split('-')[1]));
    this.#running = this.#begin();
    await this.open();
    const { restored } = this.#running.sender.deliveries;
    assert.deepEqual(restored, { requests: left.length, items: left.reduce((sum, items) => sum + items, 0) });
  }

  #begin(): Running {
    const running = startSender(this.#folder, this.#answer, { limit: 8 * BLOCK });
    running.sender.start();
    return running;
  }
}

describe('the accounts of a queue on disk', function () {
  this.timeout(120_000);

  it('hold at every moment, over failures, refusals, too small a queue, ends and kills; nothing else is missing', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.array(fc.constantFrom(SENT, UNCONNECTED, REFUSED, IN_PART), { maxLength: 40 }),
        (steps, outcomes) =>
          withFolder(async (root) => {
            const agents = new Succession(root, () => outcomes.shift() ?? SENT);
            await agents.open();
            for (const each of steps) {
              if (each.is === 'enqueue') agents.enqueue(each.items, each.blocks);
              else if (each.is === 'turn') await turn();
              else await agents[each.is]();
              agents.check();
            }
            await agents.finish();
            const numbers = agents.accepted.map((text) => Number(text.split(' ', 1)[0]));
            const ordered = numbers.toSorted((a, b) => a - b);
            assert.deepEqual(numbers, ordered);
            assert.equal(new Set(agents.accepted).size, new Set(numbers).size, 'a repetition is not the same');
            assert.equal(new Set(numbers).size + agents.dropped, agents.enqueued);
            assert.equal(agents.released, agents.enqueued);
          }),
      ),
      { seed: 6, numRuns: 60 },
    ));
});
