import { MetricView } from '@wgotel/core';
import { labelText } from '../names.js';
import { NativeSink } from '../native-sink.js';
import type { Page } from '../page.js';
import { writeSelfMetrics } from '../self-metrics.js';
import type { AboutAgent, Profile, Shown } from './profile.js';

const TARGET_INFO = { name: 'target_info', type: 'info', help: 'What the metrics are of.' } as const;

/** OpenTelemetry's metrics of WireGuard, as docs/metrics.md describes them, and those of the agent itself. */
export class NativeProfile implements Profile {
  /** Sums that are put together belong to one reader. */
  readonly #views = new WeakMap<object, MetricView>();

  addsUp({ metrics }: Pick<Shown, 'metrics'>): boolean {
    return Object.values(metrics).some(({ attributes }) => attributes !== undefined);
  }

  *write({ receiver, metrics, frame, now, labels }: Shown, page: Page): Generator<void, void> {
    let view = this.#views.get(receiver);
    if (view === undefined) this.#views.set(receiver, (view = new MetricView(metrics)));
    yield* view.visit(frame, now, new NativeSink(page, labels));
  }

  writeAgent({ resource, selfMetrics }: AboutAgent, page: Page): void {
    page.samplesOf(TARGET_INFO).add(labelText(resource), 1);
    writeSelfMetrics(selfMetrics, page);
  }
}
