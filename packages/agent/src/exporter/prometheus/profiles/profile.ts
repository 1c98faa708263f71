import type { Attributes, DeviceView, Frame, MetricsSettings } from '@wgotel/core';
import type { ScopeMetrics } from '@opentelemetry/sdk-metrics';
import type { Page } from '../page.js';

/** One receiver, as a page shows it. */
export interface Shown {
  /** The same object for as long as the receiver goes on. */
  readonly receiver: object;
  readonly metrics: MetricsSettings;
  readonly frame: Frame;
  /** The reader's time on the frame's monotonic clock. */
  readonly now: number;
  /** Labels that tell the receiver from others on the page. Empty: there are no others. */
  readonly labels: string;
}

/** What there is to say of the agent itself. */
export interface AboutAgent {
  readonly resource: Attributes;
  readonly selfMetrics: readonly ScopeMetrics[];
}

/** A way to show WireGuard: the names of metrics, and their labels. */
export interface Profile {
  /** Writes a receiver onto the page. Pauses now and then, for the event loop's sake. */
  write(shown: Shown, page: Page): Generator<void, void>;
  /** Whether it puts sums together out of what was gained since the page before, and so has to see each frame. Absent: no. */
  addsUp?(receiver: Pick<Shown, 'metrics'>): boolean;
  /** Writes what is not about WireGuard. Absent: nothing. */
  writeAgent?(about: AboutAgent, page: Page): void;
}

/** The devices that a reader may be shown: blind is not alive. */
export function* visible({ devices, maxAge }: Frame, now: number): Generator<DeviceView, void> {
  for (const device of devices) if (now - device.readMonotonicTime <= maxAge) yield device;
}
