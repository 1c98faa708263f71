import type { DeviceView } from '@wgotel/core';

/** Whether a device is not there any more. It has `up` 0 then, and so has one that is down, which says so itself. */
export function isGone({ up, device }: DeviceView): boolean {
  return up === 0 && device.up !== false;
}
