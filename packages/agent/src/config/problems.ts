/** Thrown when a configuration can't be used. Says everything that is wrong with it at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** A sentence for each: the option, what was given (never a secret), and what is expected. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the configuration can't be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/** Something that was set, and where. */
export interface Setting {
  /** The flag or environment variable. */
  readonly option: string;
  readonly text: string;
}

/** What a flag of the command line says. `undefined`: it was not given. */
export function flag(option: string, text: string | undefined): Setting | undefined {
  return text === undefined ? undefined : { option, text };
}

/** Collects what is wrong, so that reading can go on to the next setting. */
export class Problems {
  readonly #problems: string[] = [];

  add(option: string, problem: string): void {
    this.#problems.push(`${option}: ${problem}`);
  }

  /** Reads one setting. What is not set or can't be read becomes the default.
   *
   *  @param parse returns `undefined` for what is not as expected */
  read<T>(setting: Setting | undefined, expected: string, parse: (text: string) => T | undefined, byDefault: T): T {
    if (setting === undefined) return byDefault;
    const value = parse(setting.text);
    if (value === undefined) this.add(setting.option, `expected ${expected}, not '${setting.text}'`);
    return value ?? byDefault;
  }

  /** @throws {ConfigError} if there was any */
  throwIfAny(): void {
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
  }
}

/** Parses one of a few words, in upper or lower case. */
export function oneOf<const T extends string>(words: readonly T[]): (text: string) => T | undefined {
  return (text) => words.find((word) => word === text.toLowerCase());
}
