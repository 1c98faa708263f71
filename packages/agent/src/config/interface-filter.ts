import { RE2JS } from 're2js';
import type { InterfaceFilter } from './configuration.js';

/** Tells which interfaces `include` and `exclude` leave; without either it is `undefined`: all. */
export function interfaceFilter({
  include,
  exclude,
}: {
  readonly include: InterfaceFilter | undefined;
  readonly exclude: InterfaceFilter | undefined;
}): ((device: string) => boolean) | undefined {
  if (include === undefined && exclude === undefined) return undefined;
  const included = include === undefined ? () => true : matcher(include);
  const excluded = exclude === undefined ? () => false : matcher(exclude);
  return (device) => included(device) && !excluded(device);
}

function matcher({ interfaces, matchType }: InterfaceFilter): (device: string) => boolean {
  if (matchType === 'strict') return (device) => interfaces.includes(device);
  const patterns = interfaces.map((source) => RE2JS.compile(source));
  return (device) => patterns.some((pattern) => pattern.matcher(device).find());
}
