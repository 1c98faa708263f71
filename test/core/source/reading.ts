import type { Device, Reading, Source } from '@wgotel/core';
import { keyPair } from '@wgotel/simulator';
import type { TestDevice, TestPeer } from './device-text.js';

/** Reads without a time limit of its own. */
export function readFrom(source: Source, previous?: Reading): Promise<Reading> {
  return source.read({ signal: new AbortController().signal, previous });
}

/** Reads and gives up after a while. */
export function readBriefly(source: Source, milliseconds: number): Promise<Reading> {
  return source.read({ signal: AbortSignal.timeout(milliseconds), previous: undefined });
}

/** A device with a key pair of its own. */
export function testDevice(name: string, peers: readonly TestPeer[] = [], more: Partial<TestDevice> = {}): TestDevice {
  return { name, ...keyPair(name), peers, ...more };
}

/** The names of the devices of a reading. */
export const names = (reading: Reading): string[] => reading.devices.map(({ name }) => name).toSorted();

/** Device and code of the failures of a reading. */
export const failures = (reading: Reading): string[] =>
  reading.failures.map(({ device, code }) => `${device ?? '-'} ${code}`).toSorted();

/** The device of a name. */
export function deviceOf(reading: Reading, name: string): Device {
  const device = reading.devices.find((each) => each.name === name);
  if (device === undefined) throw new Error(`no device ${name} in ${JSON.stringify(reading)}`);
  return device;
}
