import type { z } from 'zod';
import type { Expansion } from './expand.js';
import type { ConfigFile } from './file.js';
import { describeIssues } from './issues.js';
import { originOf, type Layer } from './layer.js';
import type { Problems } from './problems.js';
import { getIn, isTree, isWithin, pathText, setIn, type Path, type Tree } from './tree.js';

/** Checks sections of a configuration, and says of what is wrong where it comes from. */
export class Checker {
  readonly warnings: string[] = [];
  readonly #problems: Problems;
  readonly #file: ConfigFile | undefined;
  readonly #layers: readonly Layer[];
  readonly #expansions: readonly Expansion[];
  readonly #isSecret: boolean;

  /** @param layers what lies over the file, topmost first
   *  @param isSecret whether no value at all is shown */
  constructor(
    problems: Problems,
    file: ConfigFile | undefined,
    layers: readonly Layer[],
    expansions: readonly Expansion[],
    isSecret: boolean = false,
  ) {
    this.#problems = problems;
    this.#file = file;
    this.#layers = layers;
    this.#expansions = expansions;
    this.#isSecret = isSecret;
  }

  /** A problem, said of the flag, variable or place in the file it comes from. */
  problem(path: Path, message: string, ofKey: boolean = false): void {
    for (const layer of this.#layers) {
      const origin = originOf(layer, path);
      if (origin === undefined) continue;
      this.#problems.add(origin, message);
      return;
    }
    const position = ofKey ? this.#file?.positionOfKey(path) : this.#file?.positionOf(path);
    this.#problems.add(`${position ?? 'configuration'} ${pathText(path)}`, message);
  }

  warn(path: Path, message: string): void {
    const position = this.#file?.positionOfKey(path);
    this.warnings.push(`${position === undefined ? '' : `${position} `}${pathText(path)}: ${message}`);
  }

  /** Checks one section. `undefined`: it is wrong, and that was said. */
  check<T>(schema: z.ZodType<T>, section: unknown, path: Path): T | undefined {
    const text = this.#withTexts(schema, section, path);
    const result = schema.safeParse(text);
    if (result.success) return result.data;
    for (const { path: at, ofKey, message } of describeIssues(
      result.error.issues,
      schema,
      text,
      path,
      this.#isSecret ? undefined : this.#expansions,
    )) {
      this.problem(at, message, ofKey);
    }
    return undefined;
  }

  /** A value out of a reference that was read as a number or so, where a text is expected, was meant as text. */
  #withTexts(schema: z.ZodType, section: unknown, path: Path): unknown {
    const mistaken = schema.safeParse(section).error?.issues ?? [];
    let result = section;
    for (const { path: inner } of mistaken) {
      const full = [...path, ...(inner as Path)];
      const expansion = this.#expansions.find((each) => each.path.length === full.length && isWithin(full, each.path));
      if (expansion === undefined || !isTree(result) || typeof getIn(result, inner as Path) === 'string') continue;
      result = structuredClone(result);
      setIn(result as Tree, inner as Path, expansion.text);
    }
    return result;
  }
}
