import type { ChangeType, PeerChange, PeerConfigChanged, PeerStateChanged } from '../../state/change.js';
import {
  ATTR_CONFIG_FIELDS,
  ATTR_PEER_ADDRESS_REUSED,
  ATTR_PEER_ALLOWED_IPS_ADDED,
  ATTR_PEER_ALLOWED_IPS_REMOVED,
  ATTR_PEER_CONNECTION_DURATION,
  ATTR_PEER_CONNECTION_RECEIVE_SIZE,
  ATTR_PEER_CONNECTION_TRANSMIT_SIZE,
  ATTR_PEER_ENDPOINT_CHANGE_TYPE,
  ATTR_PEER_ENDPOINT_NAME_PHASE,
  ATTR_PEER_FLAPPING_ADDRESSES,
  ATTR_PEER_FLAPPING_ALTERNATING,
  ATTR_PEER_FLAPPING_CHANGES,
  ATTR_PEER_FLAPPING_DURATION,
  ATTR_PEER_FLAPPING_PHASE,
  ATTR_PEER_HANDSHAKE_AGE,
  ATTR_PEER_HANDSHAKE_FIRST,
  ATTR_PEER_HANDSHAKE_INTERVAL,
  ATTR_PEER_KEY_ROTATION_BASIS,
  ATTR_PEER_PREVIOUS_ID,
  ATTR_PEER_PREVIOUS_RECEIVE_SIZE,
  ATTR_PEER_PREVIOUS_STATE,
  ATTR_PEER_PREVIOUS_TRANSMIT_SIZE,
  ATTR_PEER_STATE_REASON,
  ATTR_PEER_STATE,
  ATTR_TUNNEL_PREVIOUS_ID,
} from '../names.js';
import type { Disclosure } from '../disclosure.js';
import type { EventDefinition } from './definition.js';
import { INFO, WARN, type EventAttributes } from './event.js';
import { counted, formatDuration } from './wording.js';

type PeerDefinitions = {
  readonly [T in PeerChange['type'] & ChangeType]: EventDefinition<Extract<PeerChange, { readonly type: T }>>;
};

const MOVED = {
  first: 'showed up at a first endpoint',
  address: 'moved to another address',
  port: 'moved to another port',
  family: 'moved between IPv4 and IPv6',
} as const;

const BASIS = { name: 'same name', allowed_ips: 'same allowed IPs' } as const;

const info = (): typeof INFO => INFO;
const endpoint = ({ peer }: PeerChange, told: Disclosure): EventAttributes => told.endpoint(peer.peer.endpoint);

/** What is said of changes of peers. */
export const PEER_DEFINITIONS: PeerDefinitions = {
  'peer.handshake': {
    severity: info,
    facts: ({ previous }) => (previous === undefined ? { [ATTR_PEER_HANDSHAKE_FIRST]: true } : {}),
    details: (change, told) => ({
      ...(change.previous !== undefined && { [ATTR_PEER_HANDSHAKE_INTERVAL]: (change.time - change.previous) / 1000 }),
      ...endpoint(change, told),
    }),
    happened: ({ previous }) => (previous === undefined ? 'made a first handshake' : 'made a handshake'),
    detail: ({ previous, time }) =>
      previous === undefined ? '' : `, ${formatDuration(time - previous)} after the last`,
  },
  'peer.state.changed': {
    severity: ({ to }) => (to === 'stale' ? WARN : INFO),
    notable: ({ from, to, firstHandshake }) => from === 'stale' || to === 'stale' || firstHandshake,
    facts: ({ from, to, reason, firstHandshake }) => ({
      [ATTR_PEER_STATE]: to,
      [ATTR_PEER_PREVIOUS_STATE]: from,
      ...(reason !== undefined && { [ATTR_PEER_STATE_REASON]: reason }),
      ...(firstHandshake && { [ATTR_PEER_HANDSHAKE_FIRST]: true }),
    }),
    details: (change, told) => {
      const age = handshakeAge(change);
      return { ...(age !== undefined && { [ATTR_PEER_HANDSHAKE_AGE]: age / 1000 }), ...endpoint(change, told) };
    },
    happened: ({ from, to, reason, firstHandshake }) =>
      `turned ${to}${reason === undefined ? `, from ${from}` : `: ${reason}`}${firstHandshake ? ', first handshake' : ''}`,
    detail: (change) => {
      if (change.to === 'active') return '';
      const age = handshakeAge(change);
      return age === undefined ? ', no handshake yet' : `, last handshake ${formatDuration(age)} ago`;
    },
  },
  'peer.endpoint.changed': {
    severity: info,
    notable: ({ kind, peer }) => (kind === 'address' || kind === 'family') && peer.expectation !== 'on_demand',
    facts: ({ kind }) => ({ [ATTR_PEER_ENDPOINT_CHANGE_TYPE]: kind }),
    details: ({ from, to }, told) => ({ ...told.endpoint(to), ...told.previousEndpoint(from) }),
    happened: ({ kind }) => MOVED[kind],
    detail: ({ from, to }, told) => {
      const [now, before] = [told.whereIs(to), told.whereIs(from)];
      if (now === undefined) return '';
      return before === undefined || before === now ? `: ${now}` : `: ${now}, before ${before}`;
    },
  },
  'peer.endpoint.flapping': {
    severity: () => WARN,
    facts: ({ phase, alternating }) => ({
      [ATTR_PEER_FLAPPING_PHASE]: phase,
      [ATTR_PEER_FLAPPING_ALTERNATING]: alternating,
    }),
    details: (change, told) => ({
      [ATTR_PEER_FLAPPING_CHANGES]: change.changes,
      [ATTR_PEER_FLAPPING_ADDRESSES]: change.addresses,
      [ATTR_PEER_FLAPPING_DURATION]: sinceOf(change) / 1000,
      ...endpoint(change, told),
    }),
    happened: ({ phase, alternating }) =>
      `${phase === 'start' ? 'began to flap' : 'stopped flapping'} between endpoints${alternating ? ', to and fro' : ''}`,
    detail: (change) =>
      `: ${counted(change.changes, 'change')} in ${formatDuration(sinceOf(change))}, distinct addresses: ${change.addresses}`,
  },
  'peer.added': {
    severity: info,
    facts: ({ addressReused }) => (addressReused ? { [ATTR_PEER_ADDRESS_REUSED]: true } : {}),
    happened: ({ addressReused }) => (addressReused ? 'appeared, with the allowed IPs of another' : 'appeared'),
  },
  'peer.removed': { severity: info, happened: () => 'disappeared' },
  'peer.config.changed': {
    severity: info,
    facts: ({ fields }) => ({ [ATTR_CONFIG_FIELDS]: [...fields] }),
    details: (change) => {
      const { added, removed } = movedPrefixes(change);
      if (!change.fields.includes('allowed_ips')) return {};
      return { [ATTR_PEER_ALLOWED_IPS_ADDED]: added, [ATTR_PEER_ALLOWED_IPS_REMOVED]: removed };
    },
    happened: ({ fields }) => `changed configuration: ${fields.join(', ')}`,
    detail: (change) => {
      const { added, removed } = movedPrefixes(change);
      return change.fields.includes('allowed_ips') ? ` (${added} added, ${removed} removed)` : '';
    },
  },
  'peer.counters.reset': {
    severity: info,
    details: ({ before }) => ({
      [ATTR_PEER_PREVIOUS_RECEIVE_SIZE]: before.receiveBytes,
      [ATTR_PEER_PREVIOUS_TRANSMIT_SIZE]: before.transmitBytes,
    }),
    happened: () => 'began to count anew',
    detail: ({ before }) => `, after ${before.receiveBytes} B received and ${before.transmitBytes} B transmitted`,
  },
  'peer.key.rotated': {
    severity: info,
    facts: ({ basis }) => ({ [ATTR_PEER_KEY_ROTATION_BASIS]: basis }),
    details: ({ previous, devicePublicKey }, told) => ({
      ...(previous.series.peerId !== undefined && { [ATTR_PEER_PREVIOUS_ID]: previous.series.peerId }),
      ...told.tunnel(ATTR_TUNNEL_PREVIOUS_ID, devicePublicKey, previous.peer.publicKey),
    }),
    happened: ({ basis }) => `came with a new key (${BASIS[basis]})`,
    detail: ({ previous }) => `, before as ${previous.series.peerId}`,
  },
  'peer.endpoint.name.moved': {
    severity: ({ phase }) => (phase === 'start' ? WARN : INFO),
    facts: ({ phase }) => ({ [ATTR_PEER_ENDPOINT_NAME_PHASE]: phase }),
    details: (change, told) => ({
      ...told.endpointName(change.host, change.addresses),
      ...endpoint(change, told),
    }),
    happened: ({ phase }) =>
      phase === 'start' ? 'has an endpoint whose name moved' : 'has the endpoint its name stands for again',
    detail: ({ host, addresses, peer }, told) => {
      const meaning = told.whatNameMeans(host, addresses);
      return meaning === undefined ? '' : `: ${meaning}, in use is ${told.whereIs(peer.peer.endpoint) ?? 'none'}`;
    },
  },
  'peer.connected': {
    severity: info,
    details: endpoint,
    happened: () => 'connected',
    detail: ({ peer }, told) => {
      const place = told.whereIs(peer.peer.endpoint);
      return place === undefined ? '' : ` from ${place}`;
    },
  },
  'peer.disconnected': {
    severity: info,
    details: (change, told) => ({
      ...(change.since !== undefined && { [ATTR_PEER_CONNECTION_DURATION]: sinceOf(change) / 1000 }),
      [ATTR_PEER_CONNECTION_RECEIVE_SIZE]: change.receiveBytes,
      [ATTR_PEER_CONNECTION_TRANSMIT_SIZE]: change.transmitBytes,
      ...endpoint(change, told),
    }),
    happened: () => 'disconnected',
    detail: (change) =>
      (change.since === undefined ? '' : ` after ${formatDuration(sinceOf(change))}`) +
      `, ${change.receiveBytes} B received and ${change.transmitBytes} B transmitted`,
  },
};

/** Milliseconds; not below 0, though the clock may have been set back. */
function sinceOf({ time, since = time }: { readonly time: number; readonly since: number | undefined }): number {
  return Math.max(0, time - since);
}

function handshakeAge({ peer, time }: PeerStateChanged): number | undefined {
  const { lastHandshakeTime } = peer.peer;
  return lastHandshakeTime === undefined ? undefined : sinceOf({ time, since: lastHandshakeTime });
}

/** How many prefixes came and went. Prefixes themselves are not shown: they tell of the network behind. */
function movedPrefixes({ before, peer }: PeerConfigChanged): { added: number; removed: number } {
  const [old, now] = [new Set(before.allowedIPs), new Set(peer.peer.allowedIPs)];
  return {
    added: [...now].filter((prefix) => !old.has(prefix)).length,
    removed: [...old].filter((prefix) => !now.has(prefix)).length,
  };
}
