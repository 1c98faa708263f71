import { repositoryPath } from '../../support/repository.js';

const load = (file: string): Promise<unknown> => import(repositoryPath(`packages/core/dist/tracing/${file}.js`));

// What @wgotel/core/tracing keeps to itself.
export const { parseAddress, parsePrefix, words } = (await load(
  '../model/address',
)) as typeof import('../../../packages/core/src/model/address.js');
export const { TunnelTable } = (await load(
  'tunnel-table',
)) as typeof import('../../../packages/core/src/tracing/tunnel-table.js');
export const { ToldTunnels } = (await load(
  'agent-feed/told-tunnels',
)) as typeof import('../../../packages/core/src/tracing/agent-feed/told-tunnels.js');
export const { Routes } = (await load('routes')) as typeof import('../../../packages/core/src/tracing/routes.js');
export const { Connections } = (await load(
  'connections',
)) as typeof import('../../../packages/core/src/tracing/connections.js');
export const { Hosts } = (await load('hosts')) as typeof import('../../../packages/core/src/tracing/hosts.js');
export const { RecentMap } = (await load(
  'recent-map',
)) as typeof import('../../../packages/core/src/tracing/recent-map.js');
