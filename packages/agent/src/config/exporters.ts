import { z } from 'zod';
import { SIGNALS, type BySignal, type Signal } from '../signal.js';
import { readComponents, type Schemas } from './components.js';
import type { ExporterConfig, ExporterConfigs } from './configuration.js';
import { otlpGrpc, otlpHttp } from './schema/otlp.js';
import { webhook } from './schema/webhook.js';
import { DEPRECATED_EXPORTERS } from './deprecated.js';
import type { SignalLayers } from './signal-layers.js';

const nothing = z.unknown().transform(() => undefined);

function schemasFor(signal: Signal): Schemas<ExporterConfig> {
  // What is wrong with a webhook is said once, and it takes logs only.
  return { otlp_grpc: otlpGrpc, otlp_http: otlpHttp(signal), webhook: signal === 'logs' ? webhook : nothing };
}

/** Reads what each exporter is to do with each signal, by the ids they are used by. */
export function readExporters(
  layers: BySignal<SignalLayers>,
  renamed: ReadonlyMap<string, string>,
): Record<string, ExporterConfigs> {
  const exporters: Record<string, Partial<Record<Signal, ExporterConfig>>> = {};
  for (const signal of SIGNALS) {
    const { tree, checker } = layers[signal];
    const ofSignal = readComponents('exporters', tree, renamed, schemasFor(signal), checker);
    for (const [id, config] of Object.entries(ofSignal)) (exporters[id] ??= {})[signal] = config;
  }
  return exporters;
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
