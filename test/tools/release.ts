/** `npm run release:files`: makes in build/release what a release consists of, tarballs and their bills of materials, and prints a line
 *  for each. With `--sbom`, only the bills. */
import { relative } from 'node:path';
import { repositoryPath } from '../support/repository.js';
import { packPackages } from './pack-packages.js';
import { writeBills } from './sbom.js';

const destination = repositoryPath('build/release');
if (!process.argv.includes('--sbom')) {
  for (const { filename, integrity } of await packPackages(repositoryPath('.'), destination)) {
    console.log(`build/release/${filename} ${integrity}`);
  }
}
for (const path of writeBills(destination)) console.log(relative(repositoryPath('.'), path));
