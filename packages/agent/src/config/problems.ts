/** Thrown when a configuration can't be used. Says everything that is wrong with it at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** A line for each: where, what was given (never a secret), and what is expected. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the configuration can't be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/** Collects what is wrong, so that reading can go on. */
export class Problems {
  readonly #problems = new Set<string>();

  /** @param where `file:line:column`, a flag or an environment variable */
  add(where: string, problem: string): void {
    this.#problems.add(`${where}: ${problem}`);
  }

  /** @throws {ConfigError} if there was any */
  throwIfAny(): void {
    if (this.#problems.size > 0) throw new ConfigError([...this.#problems].toSorted(byPosition));
  }
}

const collator = new Intl.Collator('en', { numeric: true });

/** In the order in which they stand in the file. */
function byPosition(a: string, b: string): number {
  return collator.compare(a, b);
}
