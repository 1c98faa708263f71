import type { Setting } from './problems.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that is set and not empty. */
export function variable(env: Environment, option: string): Setting | undefined {
  const text = env[option]?.trim();
  return text ? { option, text } : undefined;
}
