import { format, resolveConfig } from 'prettier';
import { repositoryPath } from '../../support/repository.js';
import { toGrafana } from './dashboard.js';
import { fleet } from './fleet.js';
import { incident } from './incident.js';
import { tunnel } from './tunnel.js';

/** Every dashboard. */
export const DASHBOARDS = [fleet, tunnel, incident].map((description) => ({
  path: repositoryPath(`otel-config/grafana/dashboards/wgotel-${description.name}.json`),
  dashboard: toGrafana(description),
}));

/** Writes the files of all dashboards, each with its path. */
export function generateDashboards(): Promise<{ path: string; text: string }[]> {
  return Promise.all(
    DASHBOARDS.map(async ({ path, dashboard }) => ({
      path,
      text: await format(JSON.stringify(dashboard), { ...(await resolveConfig(path)), parser: 'json' }),
    })),
  );
}
