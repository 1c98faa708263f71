import type { Change, ChangeType } from '../../state/change.js';
import { ATTR_CLOCK_OFFSET, ATTR_CONFIG_DIFFERENCES, ATTR_CONFIG_FIELDS, ATTR_DEVICE_PEERS } from '../names.js';
import type { EventDefinition } from './definition.js';
import { INFO, WARN, type EventAttributes, type EventMetadata } from './event.js';
import { EVENT_METADATA, type EventName } from './metadata.js';
import { PEER_DEFINITIONS } from './peer-definitions.js';
import { counted, formatDuration } from './wording.js';

type Definitions = {
  readonly [T in ChangeType]: EventDefinition<Extract<Change, { readonly type: T }>>;
};

const info = (): typeof INFO => INFO;
const peers = ({ device }: Extract<Change, { type: 'device.added' | 'device.removed' | 'device.recreated' }>) =>
  device.device.peers.length;
const peerCount = (change: Parameters<typeof peers>[0]): EventAttributes => ({ [ATTR_DEVICE_PEERS]: peers(change) });

/** What is said of each kind of change. To add one, describe its event in metadata.yaml, run `npm run generate`, and add a
 *  row; docs/events.md says more about each. */
const DEFINITIONS: Definitions = {
  ...PEER_DEFINITIONS,
  'device.added': {
    severity: info,
    details: peerCount,
    happened: () => 'appeared',
    detail: (change) => `, with ${counted(peers(change), 'peer')}`,
  },
  'device.removed': {
    severity: info,
    details: peerCount,
    happened: () => 'disappeared',
    detail: (change) => `, with ${counted(peers(change), 'peer')}`,
  },
  'device.recreated': {
    severity: info,
    details: peerCount,
    happened: () => 'was deleted and made again',
    detail: (change) => `, with ${counted(peers(change), 'peer')}`,
  },
  'device.up': { severity: info, happened: () => 'was set up' },
  'device.down': { severity: () => WARN, happened: () => 'was set down' },
  'device.config.changed': {
    severity: info,
    facts: ({ fields }) => ({ [ATTR_CONFIG_FIELDS]: [...fields] }),
    happened: ({ fields }) => `changed configuration: ${fields.join(', ')}`,
  },
  'device.config.drifted': {
    severity: ({ differences }) => (differences.length > 0 ? WARN : INFO),
    details: ({ differences }) => ({
      [ATTR_CONFIG_DIFFERENCES]: differences.length,
      [ATTR_CONFIG_FIELDS]: [...new Set(differences.map(({ field }) => field))],
    }),
    happened: ({ differences }) => (differences.length > 0 ? 'differs from its file' : 'is as its file says again'),
    detail: ({ differences }) =>
      differences.length > 0
        ? ` in ${counted(differences.length, 'way')}: ${[...new Set(differences.map(({ field }) => field))].join(', ')}`
        : '',
  },
  'clock.step': {
    severity: info,
    details: ({ step }) => ({ [ATTR_CLOCK_OFFSET]: step / 1000 }),
    happened: ({ step }) => `jumped ${step < 0 ? 'back' : 'forward'} by ${formatDuration(Math.abs(step))}`,
  },
};

/** The row for a change. */
export function definitionOf(change: Change): EventDefinition<Change> {
  // Each row takes the changes of its own type, by which it is found here.
  return DEFINITIONS[change.type] as EventDefinition<Change>;
}

/** The event that a kind of change makes. */
export function eventNameOf(type: ChangeType): EventName {
  return `wireguard.${type}`;
}

/** The event that says once what many peers of a device have in common. */
export const SUMMARY: EventName = 'wireguard.device.peers.changed';

/** Every event, as metadata.yaml has it. */
export const EVENTS: readonly (EventMetadata & { readonly name: EventName })[] = (
  Object.keys(EVENT_METADATA) as EventName[]
).map((name) => ({ name, ...EVENT_METADATA[name] }));
