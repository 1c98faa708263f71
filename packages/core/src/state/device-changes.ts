import type { Change, DeviceField } from './change.js';
import type { DeviceView } from './frame.js';

/** What became of a device between two readings. */
export interface DeviceStep {
  /** `undefined`: it was never there. */
  readonly before: DeviceView | undefined;
  readonly now: DeviceView;
  /** Whether it was not there before. */
  readonly isNew: boolean;
  readonly recreated: boolean;
  /** Whether its link was up when that could last be told. */
  readonly link: boolean | undefined;
  readonly fields: readonly DeviceField[];
}

/** Says what became of a device itself. */
export function tellDevice(changes: Change[], { before, now, isNew, recreated, link, fields }: DeviceStep): void {
  const { readTime: time, device } = now;
  if (isNew) changes.push({ type: 'device.added', time, device: now });
  else if (recreated) changes.push({ type: 'device.recreated', time, device: now });
  else {
    if (fields.length > 0) {
      changes.push({ type: 'device.config.changed', time, device: now, before: before!.device, fields });
    }
    if (device.up === false && link !== false) changes.push({ type: 'device.down', time, device: now });
    if (device.up === true && link === false) changes.push({ type: 'device.up', time, device: now });
  }
}
