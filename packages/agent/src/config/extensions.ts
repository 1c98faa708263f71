import { z } from 'zod';
import type { Checker } from './checker.js';
import type { HealthConfig, ReceiverConfig } from './configuration.js';
import { unknownKey } from './issues.js';
import { fileStorage, health } from './schema/service.js';
import { getIn, isTree, type Tree } from './tree.js';

const DEFAULT_HEALTH: HealthConfig = { host: '127.0.0.1', port: 9587, explicit: false };

const TYPES = ['health', 'file_storage'];
const STORAGE = /^file_storage(?:\/[\w.-]+)?$/;

const isKnown = (id: string): boolean => id === 'health' || STORAGE.test(id);

const listOfNames = z.array(z.string());

interface Extensions {
  /** `undefined`: it is off. */
  readonly health: HealthConfig | undefined;
  /** Folders, by id. */
  readonly storages: ReadonlyMap<string, string>;
}

/** Reads which extensions there are, and those that are used. */
export function readExtensions(tree: Tree, checker: Checker): Extensions {
  const sections = tree['extensions'];
  const given = isTree(sections) ? Object.keys(sections) : [];
  const enabled = getIn(tree, ['service', 'extensions']);
  for (const id of given) if (!isKnown(id)) checker.problem(['extensions', id], unknownKey(id, TYPES), true);
  const list =
    enabled === undefined || enabled === null
      ? undefined
      : checker.check(listOfNames, enabled, ['service', 'extensions']);
  for (const [index, id] of (list ?? []).entries()) {
    const path = ['service', 'extensions', index];
    if (!isKnown(id)) checker.problem(path, `there is no extension ${id}; known: ${TYPES.join(', ')}`);
    else if (STORAGE.test(id) && !given.includes(id)) checker.problem(path, `there is no ${id} in extensions`);
  }
  for (const id of given.filter((each) => isKnown(each) && list?.includes(each) !== true)) {
    checker.warn(['extensions', id], 'is not in service.extensions, so it is not used');
  }
  const storages = new Map<string, string>();
  for (const id of given.filter((each) => STORAGE.test(each))) {
    const section = checker.check(fileStorage, getIn(sections, [id]) ?? {}, ['extensions', id]);
    if (section !== undefined && list?.includes(id) === true) storages.set(id, section.directory);
  }
  const checked = checker.check(health, getIn(sections, ['health']) ?? {}, ['extensions', 'health']);
  const byDefault = list === undefined && !given.includes('health');
  return { health: byDefault ? DEFAULT_HEALTH : list?.includes('health') === true ? checked : undefined, storages };
}

/** Puts the folder of its storage in place of the storage's id. */
export function withStorage(
  receivers: Readonly<Record<string, ReceiverConfig>>,
  storages: ReadonlyMap<string, string>,
  checker: Checker,
): Record<string, ReceiverConfig> {
  return Object.fromEntries(
    Object.entries(receivers).map(([id, config]) => {
      const { storage } = config;
      if (storage === undefined) return [id, config];
      const folder = storages.get(storage);
      if (folder === undefined) {
        checker.problem(['receivers', id, 'storage'], `there is no ${storage} in extensions and service.extensions`);
      }
      return [id, { ...config, storage: folder }];
    }),
  );
}
