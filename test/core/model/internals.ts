import { repositoryPath } from '../../support/repository.js';

// What @wgotel/core keeps to itself.
export const { subnetOf } = (await import(
  repositoryPath('packages/core/dist/model/subnet.js')
)) as typeof import('../../../packages/core/src/model/subnet.js');
