import { FanOut } from '../exporter/fan-out.js';
import type { Webhook } from '../exporter/webhook/webhook.js';
import type { BySignal } from '../signal.js';
import { bySignal } from '../signal.js';
import type { PipelineConfig } from '../config/configuration.js';
import type { SenderEntry, Senders } from './senders.js';

/** Where a receiver sends to. `undefined`: a signal goes nowhere. */
export interface Outputs extends BySignal<FanOut | undefined> {
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
  const otlp = bySignal((signal) => entries[signal].filter(({ webhook }) => webhook === undefined));
  return {
    ...bySignal((signal) =>
      otlp[signal].length > 0 ? new FanOut(otlp[signal].map(({ sender }) => sender)) : undefined,
    ),
    webhooks: entries.logs.flatMap(({ webhook }) => webhook ?? []),
  };
}
