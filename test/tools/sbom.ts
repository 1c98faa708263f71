import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDependency } from '../support/dependencies.js';
import { billOfMaterials } from './bill-of-materials.js';
import { PACKAGES } from './dependencies.js';

/** Writes a bill of materials of each of our packages, named like its tarball, and gives the paths. */
export function writeBills(destination: string): string[] {
  mkdirSync(destination, { recursive: true });
  return PACKAGES.map((folder) => {
    const { name, version } = readDependency(folder);
    const path = join(destination, `${name.replace('@', '').replace('/', '-')}-${version}.cdx.json`);
    writeFileSync(path, billOfMaterials(folder));
    return path;
  });
}
