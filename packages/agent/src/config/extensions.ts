import { z } from 'zod';
import type { Checker } from './checker.js';
import { keysOf } from './components.js';
import type { HealthConfig, StateSocketConfig } from './configuration.js';
import { unknownKey } from './issues.js';
import { fileStorage, health, stateSocket, type FileStorage } from './schema/service.js';
import { getIn, type Tree } from './tree.js';

/** Those that are on unless `service.extensions` says which are. */
const ON: readonly string[] = ['health', 'state_socket'];
const TYPES = [...ON, 'file_storage'];
/** Ids of extensions that name folders. */
export const STORAGE: RegExp = /^file_storage(?:\/[\w.-]+)?$/;

const isKnown = (id: string): boolean => ON.includes(id) || STORAGE.test(id);

const listOfNames = z.array(z.string());

/** `undefined`: it is off. */
interface Extensions {
  readonly health: HealthConfig | undefined;
  readonly stateSocket: StateSocketConfig | undefined;
  /** By id. */
  readonly storages: ReadonlyMap<string, FileStorage>;
}

/** Reads which extensions there are, and those that are used. */
export function readExtensions(tree: Tree, checker: Checker): Extensions {
  const sections = tree['extensions'];
  const given = keysOf(sections);
  for (const id of given) if (!isKnown(id)) checker.problem(['extensions', id], unknownKey(id, TYPES), true);
  const list = listOf(tree, given, checker);
  for (const id of given.filter((each) => isKnown(each) && list?.includes(each) !== true)) {
    checker.warn(['extensions', id], 'is not in service.extensions, so it is not used');
  }
  const isUsed = (id: string): boolean => list?.includes(id) ?? !given.includes(id);
  const read = <T>(schema: z.ZodType<T>, id: string): T | undefined => {
    const section = checker.check(schema, getIn(sections, [id]) ?? {}, ['extensions', id]);
    return isUsed(id) ? section : undefined;
  };
  const listener = <T extends object>(schema: z.ZodType<T>, id: string): T | undefined => {
    const section = read(schema, id);
    return section && { ...section, explicit: list !== undefined };
  };
  const storages = new Map<string, FileStorage>();
  for (const id of given.filter((each) => STORAGE.test(each))) {
    const section = read(fileStorage, id);
    if (section !== undefined) storages.set(id, section);
  }
  return { health: listener(health, 'health'), stateSocket: listener(stateSocket, 'state_socket'), storages };
}

/** Reads `service.extensions`. `undefined`: it is not there, or wrong. */
function listOf(tree: Tree, given: readonly string[], checker: Checker): readonly string[] | undefined {
  const path = ['service', 'extensions'];
  const enabled = getIn(tree, path);
  if (enabled === undefined || enabled === null) return undefined;
  const list = checker.check(listOfNames, enabled, path);
  for (const [index, id] of (list ?? []).entries()) {
    const at = [...path, index];
    if (!isKnown(id)) checker.problem(at, `there is no extension ${id}; known: ${TYPES.join(', ')}`);
    else if (STORAGE.test(id) && !given.includes(id)) checker.problem(at, `there is no ${id} in extensions`);
  }
  return list;
}
