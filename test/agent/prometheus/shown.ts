import {
  Exposition,
  makeProfiles,
  type Body,
  type Format,
  type PageSource,
  type ProfilesConfig,
  type ShownReceiver,
} from '@wgotel/agent';
import type { Frame, MetricsSettings } from '@wgotel/core';

/** A receiver as pages see it, whose last frame can be changed. */
export interface FakeReceiver extends ShownReceiver {
  readonly receiver: { frame: Frame | undefined };
}

export function receiverWith(frame: Frame | undefined, metrics: MetricsSettings = {}): FakeReceiver {
  return { config: { metrics }, resource: { 'service.name': 'wgotel' }, receiver: { frame } };
}

export function sourceOf(receivers: Readonly<Record<string, ShownReceiver>>): PageSource {
  return { receivers: () => new Map(Object.entries(receivers)), selfMetrics: () => Promise.resolve([]) };
}

/** A page of some profiles, which is asked when the last frame was read. */
export function expositionOf(
  receivers: Readonly<Record<string, ShownReceiver>>,
  profiles: ProfilesConfig = { native: {} },
  now?: () => number,
): Exposition {
  const frames = Object.values(receivers).map(({ receiver }) => receiver.frame?.monotonicTime ?? 0);
  return new Exposition([...makeProfiles(profiles).values()], sourceOf(receivers), now ?? (() => Math.max(...frames)));
}

export function textOf({ pieces }: Body): string {
  return Buffer.concat(pieces).toString();
}

/** The page as it is sent. */
export async function pageText(exposition: Exposition, format: Format = 'text'): Promise<string> {
  return textOf(await (await exposition.page()).body(format, false));
}

/** The lines of a page that are samples. */
export async function samples(exposition: Exposition, format: Format = 'text'): Promise<string[]> {
  return (await pageText(exposition, format)).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}
