import {
  DashboardCursorSync,
  VariableRefresh,
  VariableSort,
  type Dashboard,
  type Panel,
  type VariableModel,
} from '@grafana/schema';
import type { PlacedLater } from './panels.js';

/** A dashboard of wgotel: panels from left to right, in rows of 24 columns. */
export interface DashboardDescription {
  /** The name of its file, and the end of its uid. */
  readonly name: 'fleet' | 'tunnel' | 'incident';
  readonly title: string;
  readonly description: string;
  readonly from: string;
  readonly variables: readonly VariableModel[];
  readonly panels: readonly PlacedLater[];
}

const COLUMNS = 24;
/** What one may choose to have it refreshed by; the first is the default. */
const REFRESH = ['30s', '1m', '5m', '15m', '1h'];

const prometheus = { type: 'prometheus', uid: '${datasource}' };

const DATASOURCE: VariableModel = {
  name: 'datasource',
  label: 'Prometheus',
  type: 'datasource',
  query: 'prometheus',
};

/** A choice among the values that a label has. Its `all` also matches series that lack the label. */
export function labelVariable(
  name: string,
  label: string,
  query: string,
  more: Partial<VariableModel> = {},
): VariableModel {
  return {
    name,
    label,
    type: 'query',
    datasource: prometheus,
    query: { query, refId: name },
    refresh: VariableRefresh.onTimeRangeChanged,
    sort: VariableSort.alphabeticalAsc,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { text: ['All'], value: ['$__all'] },
    ...more,
  };
}

/** Over which time a rate is taken. */
export const WINDOW: VariableModel = {
  name: 'window',
  label: 'Rate over',
  type: 'custom',
  query: '1m,5m,1h',
  options: ['1m', '5m', '1h'].map((text) => ({ text, value: text, selected: text === '5m' })),
  current: { text: '5m', value: '5m' },
};

/** The hosts that send anything. */
export const HOST = labelVariable('host', 'Host', 'label_values(instance:wgotel_agent:present, host_name)');

function place(panels: readonly PlacedLater[]): Panel[] {
  let [x, y, rowHeight] = [0, 0, 0];
  return panels.map(({ panel, width, height }, index) => {
    if (x + width > COLUMNS) [x, y, rowHeight] = [0, y + rowHeight, 0];
    const gridPos = { x, y, w: width, h: height };
    x += width;
    rowHeight = Math.max(rowHeight, height);
    return { id: index + 1, ...panel, gridPos };
  });
}

/** Makes what Grafana loads. */
export function toGrafana({ name, title, description, from, variables, panels }: DashboardDescription): Dashboard {
  return {
    uid: `wgotel-${name}`,
    title,
    description,
    tags: ['wgotel', 'wireguard'],
    schemaVersion: 42,
    editable: true,
    graphTooltip: DashboardCursorSync.Crosshair,
    timezone: 'browser',
    time: { from, to: 'now' },
    refresh: REFRESH[0]!,
    timepicker: { refresh_intervals: REFRESH },
    links: [
      {
        type: 'dashboards',
        title: 'WireGuard',
        tags: ['wgotel'],
        icon: 'external link',
        tooltip: '',
        asDropdown: false,
        includeVars: true,
        keepTime: true,
        targetBlank: false,
      },
    ],
    templating: { list: [DATASOURCE, ...variables] },
    annotations: { list: [] },
    panels: place(panels),
  };
}
