import { repositoryPath } from '../../support/repository.js';

// What @wgotel/core keeps to itself, and what only a test can reach from outside: pieces cut at any byte.
export const { TunnelTable } = (await import(
  repositoryPath('packages/core/dist/tracing/agent-feed/tunnel-table.js')
)) as typeof import('../../../packages/core/src/tracing/agent-feed/tunnel-table.js');
