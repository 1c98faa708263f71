import { FieldColorModeId, ThresholdsMode, type FieldConfig, type Panel } from '@grafana/schema';

/** What a panel asks Prometheus for. */
export interface Query {
  readonly expr: string;
  /** What a series is called, with its labels as `{{label}}`. */
  readonly legend?: string;
}

/** What every panel has. */
interface PanelOptions {
  readonly title: string;
  /** What it shows, and what it means that nothing is there. */
  readonly description: string;
  readonly queries: readonly Query[];
  /** Grafana's name of the unit. */
  readonly unit?: string;
  /** In columns of 24. */
  readonly width: number;
  readonly thresholds?: readonly Threshold[];
}

/** A value from which on a color holds. */
export interface Threshold {
  readonly from: number;
  readonly color: 'green' | 'yellow' | 'red';
}

/** A panel without its place, and how much of that it needs. */
export interface PlacedLater {
  readonly panel: Panel;
  readonly width: number;
  readonly height: number;
}

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

function targets(queries: readonly Query[], more: Readonly<Record<string, unknown>>): Record<string, unknown>[] {
  return queries.map(({ expr, legend }, index) => ({
    refId: String.fromCodePoint(65 + index),
    datasource: DATASOURCE,
    expr,
    ...(legend !== undefined && { legendFormat: legend }),
    ...more,
  }));
}

function colored(thresholds: readonly Threshold[]): Required<Pick<FieldConfig, 'thresholds' | 'color'>> {
  // The lowest step has no number: it holds from minus infinity on.
  const steps = thresholds.map(({ from, color }, index) => ({ value: index === 0 ? null : from, color }));
  return { thresholds: { mode: ThresholdsMode.Absolute, steps }, color: { mode: FieldColorModeId.Thresholds } };
}

function panel(
  type: string,
  { title, description, unit, thresholds }: PanelOptions,
  rest: Pick<Panel, 'targets' | 'options' | 'transformations'> & { readonly custom?: object },
): Panel {
  const { custom, ...own } = rest;
  const defaults: FieldConfig = {
    ...(unit !== undefined && { unit }),
    ...(thresholds !== undefined && colored(thresholds)),
    ...(custom !== undefined && { custom: custom as Record<string, unknown> }),
  };
  return { type, title, description, datasource: DATASOURCE, fieldConfig: { defaults, overrides: [] }, ...own };
}

/** Lines over time; as areas on top of each other if they add up to something. */
export function graph(options: PanelOptions & { readonly stacked?: true }): PlacedLater {
  const custom = {
    fillOpacity: options.stacked ? 30 : 5,
    showPoints: 'never',
    stacking: { mode: options.stacked ? 'normal' : 'none', group: 'A' },
  };
  return {
    panel: panel('timeseries', options, {
      targets: targets(options.queries, { range: true }),
      options: {
        legend: { displayMode: 'table', placement: 'bottom', showLegend: true, calcs: ['lastNotNull', 'max'] },
        tooltip: { mode: 'multi', sort: 'desc' },
      },
      custom,
    }),
    width: options.width,
    height: 9,
  };
}

/** A number for each series, as it is now. */
export function stat(options: PanelOptions): PlacedLater {
  return {
    panel: panel('stat', options, {
      targets: targets(options.queries, { instant: true, range: false }),
      options: { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false }, textMode: 'value_and_name' },
    }),
    width: options.width,
    height: 5,
  };
}

/** A line for each series, as it is now. */
export function table(options: PanelOptions & { readonly link?: true }): PlacedLater {
  const made = panel('table', options, {
    targets: targets(options.queries, { format: 'table', instant: true, range: false }),
    options: { showHeader: true, sortBy: [{ displayName: 'Value', desc: true }] },
    transformations: [{ id: 'organize', options: { excludeByName: { Time: true, job: true, instance: true } } }],
  });
  const url =
    '/d/wgotel-tunnel?${datasource:queryparam}&${__url_time_range}&var-host=${__data.fields.host_name}&var-interface=${__data.fields.network_interface_name}&var-peer=${__data.fields.wireguard_peer_id}';
  if (options.link) made.fieldConfig!.defaults.links = [{ title: 'Tunnel', url }];
  return { panel: made, width: options.width, height: 9 };
}
