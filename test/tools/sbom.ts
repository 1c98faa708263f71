/** `npm run sbom [-- FOLDER]`: writes a bill of materials of each of our packages, beside their tarballs, and prints the paths. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readDependency } from '../support/dependencies.js';
import { billOfMaterials } from './bill-of-materials.js';
import { PACKAGES } from './dependencies.js';

const folder = resolve(process.argv[2] ?? '.');
mkdirSync(folder, { recursive: true });
for (const each of PACKAGES) {
  const { name, version } = readDependency(each);
  const path = join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.cdx.json`);
  writeFileSync(path, billOfMaterials(each));
  console.log(path);
}
