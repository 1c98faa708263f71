import { FanOut } from '../exporter/fan-out.js';
import type { Webhook } from '../exporter/webhook/webhook.js';
import type { BySignal } from '../signal.js';
import { bySignal } from '../signal.js';
import type { PipelineConfig } from '../config/configuration.js';
import { takesOtlp, type SenderEntry, type Senders } from './senders.js';

/** Where a receiver sends to. `undefined`: a signal goes nowhere. */
export interface Outputs extends BySignal<FanOut | undefined> {
  /** Takes metrics as lines. `undefined`: nobody does. */
  readonly lines: FanOut | undefined;
  /** These take events one by one. */
  readonly webhooks: readonly Webhook[];
}

/** Finds what the pipelines of a receiver lead to. */
export function outputsOf(
  receiver: string,
  pipelines: Readonly<Record<string, PipelineConfig>>,
  senders: Senders,
): Outputs {
  const entries = bySignal((signal) => {
    const leading = Object.values(pipelines).filter(
      (each) => each.signal === signal && each.receivers.includes(receiver),
    );
    const ids = new Set(leading.flatMap(({ exporters }) => exporters));
    return [...ids].map((id): SenderEntry => senders.get(id, signal)!);
  });
  return {
    ...bySignal((signal) => fanOut(entries[signal].filter(takesOtlp))),
    lines: fanOut(entries.metrics.filter((entry) => !takesOtlp(entry))),
    webhooks: entries.logs.flatMap(({ webhook }) => webhook ?? []),
  };
}

function fanOut(of: readonly SenderEntry[]): FanOut | undefined {
  return of.length > 0 ? new FanOut(of.map(({ sender }) => sender)) : undefined;
}
