import { parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';

/** A password that may be that of a hash. */
export interface Question {
  readonly id: number;
  readonly password: string;
  readonly hash: string;
}

export interface Answer {
  readonly id: number;
  readonly isRight: boolean;
}

// A thread of its own: bcrypt is slow on purpose.
parentPort?.on('message', ({ id, password, hash }: Question) => {
  const answer: Answer = { id, isRight: compareSync(password, hash) };
  parentPort?.postMessage(answer);
});
