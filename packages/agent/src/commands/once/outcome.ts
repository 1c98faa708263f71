import type { DeviceView, Frame } from '@wgotel/core';

/** Tells how reading went, as an exit code: 0 all was read, 1 nothing, 3 a part. */
export function exitCodeOf({ devices, failures }: Frame): 0 | 1 | 3 {
  if (!devices.some(wasRead)) return 1;
  return failures.length === 0 && devices.every(wasRead) ? 0 : 3;
}

/** Whether a device of a first scrape is there, and not only required. */
export function wasRead({ device }: DeviceView): boolean {
  return device.source !== '';
}

/** What is to be said beside the data, a line each, with what to do about it. */
export function remarksOn({ devices: all, failures, notes }: Frame): string[] {
  const devices = all.filter(wasRead);
  const missing = all.filter((view) => !wasRead(view));
  const lines = [
    ...failures.map(({ source, message }) => `error: ${source}: ${message}`),
    // Why a source served nothing is of no interest where another did.
    ...(devices.length > 0 ? [] : notes).map(({ source, message }) => `note: ${source}: ${message}`),
  ];
  for (const { series } of missing) {
    lines.push(`error: ${series.device} is not there, though the configuration requires it; bring it up`);
  }
  if (all.length === 0 && failures.length === 0) {
    lines.push('error: there is no WireGuard device here; bring one up, for example with `wg-quick up wg0`');
  }
  for (const { device, peers } of devices) {
    if (peers.length > 0) continue;
    lines.push(
      `note: ${device.name} has no peers; add one with \`wg set ${device.name} peer <key> allowed-ips <prefixes>\``,
    );
  }
  return lines;
}
