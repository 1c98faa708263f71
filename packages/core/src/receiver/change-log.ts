import type { DiagLogger } from '@opentelemetry/api';
import type { DeviceView, Frame } from '../state/frame.js';

/** Something that holds for a while, and is worth a line when it begins and, with `over`, when it ends. */
interface Condition {
  readonly level: 'info' | 'warn';
  readonly message: string;
  readonly over?: string;
}

/** Says what changed from scrape to scrape, a line for each change: what can't be read, which source reads a device, what
 *  is down, whether peers are folded, and steps of the clock. */
export class ChangeLog {
  readonly #log: DiagLogger;
  #conditions = new Map<string, Condition>();

  constructor(log: DiagLogger) {
    this.#log = log;
  }

  update(frame: Frame): void {
    const now = conditionsOf(frame);
    for (const [key, { level, message }] of now) if (!this.#conditions.has(key)) this.#log[level](message);
    for (const [key, { over }] of this.#conditions) if (over !== undefined && !now.has(key)) this.#log.info(over);
    this.#conditions = now;
    if (frame.clockStep !== 0) {
      this.#log.warn(`the wall clock stepped by ${(frame.clockStep / 1000).toFixed(1)} s; ages are not affected`);
    }
  }
}

function conditionsOf({ failures, notes, devices }: Frame): Map<string, Condition> {
  const conditions = new Map<string, Condition>();
  for (const { source, device = '', code, message } of failures) {
    const text = `${source}: ${message}`;
    conditions.set(`${source} ${device} ${code}`, { level: 'warn', message: text, over: `over: ${text}` });
  }
  for (const { source, message } of notes) {
    conditions.set(`${source} ${message}`, { level: 'info', message: `${source}: ${message}` });
  }
  for (const view of devices) addDevice(conditions, view);
  return conditions;
}

function addDevice(conditions: Map<string, Condition>, { series, device, up, overflow }: DeviceView): void {
  const name = series.device;
  conditions.set(`read ${name} ${device.source}`, { level: 'info', message: `${name} is read by ${device.source}` });
  if (up === 0) {
    conditions.set(`down ${name}`, { level: 'warn', message: `${name} is gone or down`, over: `${name} is up again` });
  }
  if ((overflow?.peers ?? 0) > 0) {
    conditions.set(`folded ${name}`, {
      level: 'warn',
      message: `${name} has more peers than the limit: ${overflow!.peers} of them are added up in the overflow series`,
      over: `${name}: every peer has metrics of its own again`,
    });
  }
}
