import { formatDuration } from '@wgotel/core';

const PREFIXES = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** Writes a number of bytes with three digits and an IEC unit: `0 B`, `148 B`, `1.21 KiB`, `30.5 GiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let prefix = 0;
  // What would be rounded up to four digits is of the next unit already.
  while (value >= 999.5 && prefix < PREFIXES.length - 1) {
    value /= 1024;
    prefix++;
  }
  const decimals = prefix === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(decimals)} ${PREFIXES[prefix]}`;
}

/** Writes how long ago something was in its two largest units: `12s ago`, `1m 20s ago`, `3d 0h ago`. What seems to be in
 *  the future, by a clock that was set back, was just now.
 *
 *  @param millis in milliseconds */
export function formatAge(millis: number): string {
  return `${formatDuration(millis)} ago`;
}
