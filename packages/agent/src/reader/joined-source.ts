import { SOURCES, type Device, type Reading, type Source } from '@wgotel/core';
import type { ReceiverConfig } from '../config/configuration.js';
import { interfaceFilter } from '../config/interface-filter.js';

/** Reads, at once, what several receivers would read, each within its own timeout, as if it were one's. A device that several of
 *  them read is that of the first. */
export function joinedSource(receivers: readonly ReceiverConfig[]): Source {
  const parts = receivers.map(({ source, sourceOptions, timeout, include, exclude }) => ({
    source: SOURCES[source]({ ...sourceOptions, reads: interfaceFilter({ include, exclude }) }),
    timeout,
    previous: undefined as Reading | undefined,
  }));
  return {
    name: 'joined',
    read: async ({ signal, now }) => {
      const readings = await Promise.all(
        parts.map(async (part) => {
          const until = AbortSignal.any([signal, AbortSignal.timeout(part.timeout)]);
          return (part.previous = await part.source.read({ signal: until, previous: part.previous, now }));
        }),
      );
      const devices = new Map<string, Device>();
      for (const device of readings.flatMap((reading) => reading.devices)) {
        const key = `${device.netns ?? ''}\0${device.name}`;
        if (!devices.has(key)) devices.set(key, device);
      }
      return {
        devices: [...devices.values()],
        failures: readings.flatMap(({ failures }) => failures),
        notes: readings.flatMap(({ notes }) => notes),
      };
    },
  };
}
