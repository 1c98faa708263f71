/** A dashboard of Grafana as far as its queries are concerned; old ones have panels in rows. */
export interface QueriedDashboard {
  readonly panels?: readonly QueriedPanel[];
  readonly rows?: readonly { readonly panels: readonly QueriedPanel[] }[];
  readonly templating?: { readonly list?: readonly QueriedVariable[] };
}

interface QueriedPanel {
  readonly title?: string;
  readonly targets?: readonly { readonly expr?: string; readonly legendFormat?: string }[];
  readonly panels?: readonly QueriedPanel[];
}

interface QueriedVariable {
  readonly name: string;
  readonly type: string;
  readonly query?: unknown;
  readonly allValue?: string;
}

/** A query as Prometheus is asked it. */
export interface PanelQuery {
  readonly panel: string;
  readonly expr: string;
  readonly legend: string | undefined;
}

/** What Grafana itself puts in place of its variables. */
const BUILT_IN: Readonly<Record<string, string>> = { __range: '1h', __rate_interval: '1m', __interval: '15s' };

/** The values that a variable may take: each of a list, and that of `All` for one that is asked for. */
function valuesOf({ type, query, allValue }: QueriedVariable): string[] {
  return type === 'custom' && typeof query === 'string'
    ? query.split(',').map((value) => value.trim())
    : [allValue ?? '.*'];
}

/** Puts every value of every variable in its place. A variable that nobody defines is left as it is. */
function filled(expr: string, variables: readonly QueriedVariable[]): string[] {
  const given = Object.entries(BUILT_IN).map(([name, value]) => ({ name, type: 'custom', query: value }));
  let all = [expr];
  for (const variable of [...given, ...variables]) {
    const place = new RegExp(`\\$\\{${variable.name}(:\\w+)?\\}|\\$${variable.name}\\b`, 'g');
    all = all.flatMap((each) => valuesOf(variable).map((value) => each.replace(place, () => value)));
  }
  return [...new Set(all)];
}

/** Lists the queries of all panels, one for each value of the variables in it. */
export function panelQueries({ panels = [], rows = [], templating }: QueriedDashboard): PanelQuery[] {
  const all = [...panels, ...rows.flatMap((row) => row.panels)].flatMap((panel) => [panel, ...(panel.panels ?? [])]);
  return all.flatMap(({ title = '', targets = [] }) =>
    targets.flatMap(({ expr, legendFormat }) =>
      expr === undefined
        ? []
        : filled(expr, templating?.list ?? []).map((one) => ({ panel: title, expr: one, legend: legendFormat })),
    ),
  );
}
