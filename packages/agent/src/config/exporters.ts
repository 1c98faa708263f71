import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { SIGNALS, type BySignal, type Signal } from '../signal.js';
import type { Checker } from './checker.js';
import { readComponents, type Schemas } from './components.js';
import type {
  Configuration,
  ExporterConfig,
  ExporterConfigs,
  PageConfig,
  PipelineConfig,
  PrometheusConfig,
  TextfileConfig,
  TextfilePageConfig,
} from './configuration.js';
import { grafanaLive } from './schema/grafana-live.js';
import { influxDb } from './schema/influxdb.js';
import { otlpGrpc, otlpHttp } from './schema/otlp.js';
import { prometheus, textfile } from './schema/prometheus.js';
import { webhook } from './schema/webhook.js';
import { DEPRECATED_EXPORTERS } from './deprecated.js';
import type { SignalLayers } from './signal-layers.js';

const nothing = z.unknown().transform(() => undefined);

type AnyConfig = ExporterConfig | PrometheusConfig | TextfileConfig;

/** What any exporter is to do with each signal. */
type Sections = Readonly<Partial<Record<Signal, AnyConfig>>>;

function schemasFor(signal: Signal): Schemas<AnyConfig> {
  // What is wrong with an exporter of one signal is said once.
  return {
    otlp_grpc: otlpGrpc,
    otlp_http: otlpHttp(signal),
    grafana_live: signal === 'metrics' ? grafanaLive : nothing,
    influxdb: signal === 'metrics' ? influxDb : nothing,
    webhook: signal === 'logs' ? webhook : nothing,
    prometheus: signal === 'metrics' ? prometheus : nothing,
    textfile: signal === 'metrics' ? textfile : nothing,
  };
}

/** Reads what each exporter is to do with each signal, by the ids they are used by. */
export function readExporters(
  layers: BySignal<SignalLayers>,
  renamed: ReadonlyMap<string, string>,
): Record<string, Sections> {
  const exporters: Record<string, Partial<Record<Signal, AnyConfig>>> = {};
  for (const signal of SIGNALS) {
    const { tree, checker } = layers[signal];
    const ofSignal = readComponents('exporters', tree, renamed, schemasFor(signal), checker);
    for (const [id, config] of Object.entries(ofSignal)) (exporters[id] ??= {})[signal] = config;
  }
  return exporters;
}

/** The page that is there if the file names no exporter. A port that is taken is then no reason to end. */
export function defaultPage(): Record<string, Sections> {
  return { prometheus: { metrics: { ...prometheus.parse({}), explicit: false } } };
}

/** Whether an id is that of a page, which is not sent anywhere. */
export function isPage(id: string): boolean {
  return /^(?:prometheus|textfile)(?:\/|$)/.test(id);
}

/** Ids of exporters whose type has a new name, by the ids they are taken for. */
export function renamedExporters(ids: readonly string[]): ReadonlyMap<string, string> {
  const renamed = new Map<string, string>();
  for (const id of ids) {
    const [type = '', name] = id.split('/', 2);
    const now = Object.hasOwn(DEPRECATED_EXPORTERS, type) ? DEPRECATED_EXPORTERS[type] : undefined;
    if (now !== undefined) renamed.set(id, name === undefined ? now : `${now}/${name}`);
  }
  return renamed;
}

/** Tells exporters that send from those that wait to be asked, which no pipeline names any longer. */
export function withPages(
  sections: Readonly<Record<string, Sections>>,
  pipelines: Readonly<Record<string, PipelineConfig>>,
): Pick<Configuration, 'exporters' | 'pages' | 'textfiles' | 'pipelines'> {
  const exporters: Record<string, ExporterConfigs> = {};
  const pages: Record<string, PageConfig> = {};
  const textfiles: Record<string, TextfilePageConfig> = {};
  for (const [id, section] of Object.entries(sections)) {
    const { metrics } = section;
    const leading = Object.values(pipelines).filter((each) => each.signal === 'metrics' && each.exporters.includes(id));
    const receivers = [...new Set(leading.flatMap((each) => each.receivers))];
    if (!isPage(id)) exporters[id] = section as ExporterConfigs;
    else if (receivers.length === 0) continue;
    else if (metrics?.type === 'prometheus') pages[id] = { ...metrics, receivers };
    else if (metrics?.type === 'textfile') textfiles[id] = { ...metrics, receivers };
  }
  const sending = Object.entries(pipelines).map(([id, pipeline]): [string, PipelineConfig] => [
    id,
    { ...pipeline, exporters: pipeline.exporters.filter((each) => !isPage(each)) },
  ]);
  return { exporters, pages, textfiles, pipelines: Object.fromEntries(sending) };
}

/** Finds pages that would be in the same place. */
export function checkPlaces({ pages, textfiles }: Pick<Configuration, 'pages' | 'textfiles'>, checker: Checker): void {
  const places = [
    ...Object.entries(pages).map(([id, { listen }]) => ({ id, key: 'endpoint', place: listen })),
    ...Object.entries(textfiles).map(([id, { path }]) => ({ id, key: 'path', place: path })),
  ];
  for (const [index, { id, key, place }] of places.entries()) {
    const other = places.slice(0, index).find((before) => isDeepStrictEqual(before.place, place));
    if (other !== undefined) {
      checker.problem(['exporters', id, key], `${other.id} is there already: each page needs a place`);
    }
  }
}
