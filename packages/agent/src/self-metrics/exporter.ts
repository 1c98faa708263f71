import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { RequestTaker } from '../pipeline.js';

/** The SDK's `ExportResultCode.SUCCESS`. */
const SUCCESS = 0;

/** Hands the SDK's metrics over to the senders of the agent, which see to the rest. */
export class SelfMetricsExporter implements PushMetricExporter {
  readonly #taker: () => RequestTaker;

  /** @param taker asked each time, as a reload may change it */
  constructor(taker: () => RequestTaker) {
    this.#taker = taker;
  }

  export(metrics: ResourceMetrics, done: (result: { code: number }) => void): void {
    const bytes = ProtobufMetricsSerializer.serializeRequest(metrics);
    if (bytes !== undefined) {
      const all = metrics.scopeMetrics.flatMap((scope) => scope.metrics);
      const items = all.reduce((sum, { dataPoints }) => sum + dataPoints.length, 0);
      void this.#taker().enqueue({ bytes: Buffer.from(bytes), items, release: () => undefined });
    }
    done({ code: SUCCESS });
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
