import { WireGuardError } from '../../errors.js';
import type { Change } from '../../state/change.js';
import { definitionOf, eventNameOf } from './definitions.js';
import type { EventsSettings } from './event.js';
import { EVENT_METADATA, type EventName } from './metadata.js';

/** Which changes make a record, as a user wants it. */
export class EventSelection {
  readonly #settings: EventsSettings;

  /** @throws {WireGuardError} `INVALID_OPTION` for an event that is not there, or a setting of another type */
  constructor(settings: EventsSettings = {}) {
    for (const [name, { enabled }] of Object.entries(settings)) {
      if (!Object.hasOwn(EVENT_METADATA, name)) {
        throw new WireGuardError('INVALID_OPTION', `events: there is no event ${name}`);
      }
      if (enabled !== undefined && typeof enabled !== 'boolean') {
        throw new WireGuardError('INVALID_OPTION', `events: enabled of ${name}: expected true or false`);
      }
    }
    this.#settings = settings;
  }

  has(name: EventName): boolean {
    return this.#settings[name]?.enabled ?? EVENT_METADATA[name].enabled;
  }

  /** What is on by default may be so for notable changes only; what somebody has turned on is so for all. */
  includes(change: Change): boolean {
    const name = eventNameOf(change.type);
    if (!this.has(name)) return false;
    return this.#settings[name]?.enabled === true || (definitionOf(change).notable?.(change) ?? true);
  }
}
