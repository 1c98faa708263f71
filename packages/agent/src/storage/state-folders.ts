import { ConfigError } from '../config/problems.js';
import { StateFolder } from './state-folder.js';

/** Folders of saved state in use, by path. */
export type StateFolders = ReadonlyMap<string, StateFolder>;

/** Takes the folders a configuration names; those in use stay so.
 *
 *  @throws {ConfigError} if one can't be used, with none taken */
export async function openFolders(paths: Iterable<string>, before: StateFolders): Promise<StateFolders> {
  const folders = new Map<string, StateFolder>();
  const problems: string[] = [];
  for (const path of new Set(paths)) {
    try {
      folders.set(path, before.get(path) ?? (await StateFolder.open(path)));
    } catch (error) {
      problems.push(`extensions.file_storage: ${(error as Error).message}`);
    }
  }
  if (problems.length === 0) return folders;
  await closeFolders(folders, before);
  throw new ConfigError(problems);
}

/** Lets go of those that are not among `others`. */
export async function closeFolders(folders: StateFolders, others: StateFolders): Promise<void> {
  const unused = [...folders].filter(([path]) => !others.has(path));
  await Promise.all(unused.map(([, folder]) => folder.close()));
}
