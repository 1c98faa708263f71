import { createHmac, randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { TokenBucket } from '@wgotel/core';
import type { Answer, Question } from './auth-worker.js';

/** Passwords that may wait to be looked at: each takes a good part of a second. */
const MOST_WAITING = 8;

/** So many wrong ones at once, and one a second in the long run. */
const FAILURES = { burst: 10, rate: 1 };

/** Right ones that are remembered. */
const MOST_KNOWN = 1024;

export type Verdict = 'right' | 'wrong' | 'busy';

/** Compares passwords with bcrypt hashes, in a thread of its own. Right ones are remembered, as keyed hashes, for as long as
 *  the process lives; of others so many are looked at. */
export class Passwords {
  readonly #now: () => number;
  readonly #key = randomBytes(32);
  readonly #known = new Set<string>();
  readonly #failures = new TokenBucket(FAILURES.burst, FAILURES.rate);
  readonly #waiting = new Map<number, (verdict: Verdict) => void>();
  #worker: Worker | undefined;
  #asked = 0;

  /** @param now milliseconds of a clock that never steps */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param users bcrypt hashes by user. One who is not there is as slow to be refused as one who is */
  async check(user: string, password: string, users: ReadonlyMap<string, string>): Promise<Verdict> {
    const own = users.get(user);
    const hash = own ?? [...users.values()][0]!;
    const known = createHmac('sha256', this.#key).update(`${hash}\0${password}`).digest('base64');
    if (own !== undefined && this.#known.has(known)) return 'right';
    if (this.#waiting.size >= MOST_WAITING || !this.#failures.take(this.#now())) return 'busy';
    const verdict = await this.#compare(password, hash);
    if (verdict !== 'right' || own === undefined) return verdict === 'busy' ? verdict : 'wrong';
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.add(known);
    return 'right';
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #compare(password: string, hash: string): Promise<Verdict> {
    const question: Question = { id: this.#asked++, password, hash };
    const verdict = new Promise<Verdict>((resolve) => this.#waiting.set(question.id, resolve));
    (this.#worker ??= this.#start()).postMessage(question);
    return verdict;
  }

  #start(): Worker {
    const worker = new Worker(new URL('auth-worker.js', import.meta.url));
    worker.unref();
    worker.on('message', ({ id, isRight }: Answer) => this.#answer(id, isRight ? 'right' : 'wrong'));
    worker.on('error', () => undefined);
    worker.on('exit', () => {
      this.#worker = undefined;
      for (const id of this.#waiting.keys()) this.#answer(id, 'busy');
    });
    return worker;
  }

  #answer(id: number, verdict: Verdict): void {
    this.#waiting.get(id)?.(verdict);
    this.#waiting.delete(id);
  }
}
