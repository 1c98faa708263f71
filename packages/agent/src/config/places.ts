import { Checker } from './checker.js';
import { keysOf } from './components.js';
import type { Environment } from './environment.js';
import { expand } from './expand.js';
import { STORAGE } from './extensions.js';
import { parseFile } from './file.js';
import { Problems } from './problems.js';
import type { ReadFile } from './read-file.js';
import { fileStorage, stateSocket } from './schema/service.js';
import { getIn, isTree, pathText } from './tree.js';

/** Where a configuration has an agent keep and tell things. */
export interface Places {
  /** Folders of saved state, used or not. */
  readonly storages: readonly string[];
  readonly stateSocket: string;
}

/** Reads of a configuration file only what is in `extensions`: the rest may refer to secrets that are there only while the agent
 *  runs.
 *
 *  @param file `undefined`: there is none, so defaults hold
 *  @throws {ConfigError} with everything that is wrong there */
export function readPlaces(
  file: { readonly name: string; readonly text: string } | undefined,
  env: Environment,
  readFile: ReadFile,
): Places {
  const problems = new Problems();
  const parsed = file && parseFile(file.name, file.text, (position, problem) => problems.add(position, problem));
  const given = parsed?.tree['extensions'];
  const { tree, expansions } = expand({ extensions: isTree(given) ? given : {} }, env, readFile, (path, problem) => {
    problems.add(`${parsed!.positionOf(path)} ${pathText(path)}`, problem);
  });
  const checker = new Checker(problems, parsed, [], expansions);
  const storages = ['file_storage', ...keysOf(tree['extensions']).filter((id) => STORAGE.test(id))].map((id) => {
    const path = ['extensions', id];
    return checker.check(fileStorage, getIn(tree, path) ?? {}, path)?.directory;
  });
  const path = ['extensions', 'state_socket'];
  const socket = checker.check(stateSocket, getIn(tree, path) ?? {}, path);
  problems.throwIfAny();
  return { storages: [...new Set(storages as string[])], stateSocket: socket!.path };
}
