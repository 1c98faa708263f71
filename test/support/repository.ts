import { fileURLToPath } from 'node:url';

/** Returns the absolute path of a file of the repository, given its path from the repository's root. */
export function repositoryPath(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}
