import { WireGuardError } from '../../errors.js';
import type { PeerState } from '../../model/peer-state.js';
import type { SpanIds, TunnelView } from '../../model/tunnel.js';

/** What a line of the agent's stream says: docs/state-socket.md. */
export type Message = Header | Tunnel | Removed | Frame;

export interface Header {
  readonly type: 'header';
  readonly version: number;
  /** Milliseconds within which the next frame is due. */
  readonly interval: number;
  readonly sequence: number;
}

export interface Tunnel {
  readonly type: 'tunnel';
  readonly key: number;
  readonly tunnel: TunnelView;
}

export interface Removed {
  readonly type: 'removed';
  readonly key: number;
}

/** What was said since the frame before holds from here on. */
export interface Frame {
  readonly type: 'frame';
  readonly sequence: number;
}

type Fields = Readonly<Record<string, unknown>>;

const DAY = 86_400_000;
const STATES: readonly unknown[] = ['active', 'stale', 'idle', 'never'] satisfies PeerState[];

/** Reads a line. `undefined`: it is of a type that is not known here, and means nothing to us.
 *
 *  @throws {WireGuardError} `PROTOCOL` */
export function parseMessage(line: Buffer): Message | undefined {
  let fields: unknown;
  try {
    fields = JSON.parse(line.toString());
  } catch {
    throw wrong('a line is no JSON');
  }
  if (!isFields(fields)) throw wrong('a line is no object');
  switch (fields['type']) {
    case 'header':
      return {
        type: 'header',
        version: number(fields, 'version'),
        interval: Math.min(number(fields, 'interval'), DAY),
        sequence: number(fields, 'sequence'),
      };
    case 'tunnel':
      return { type: 'tunnel', key: number(fields, 'key'), tunnel: tunnel(fields['tunnel']) };
    case 'removed':
      return { type: 'removed', key: number(fields, 'key') };
    case 'frame':
      return { type: 'frame', sequence: number(fields, 'sequence') };
    default:
      return undefined;
  }
}

function tunnel(fields: unknown): TunnelView {
  if (!isFields(fields)) throw wrong('tunnel is no object');
  const { state, allowedIPs } = fields;
  if (!STATES.includes(state)) throw wrong('state is none that is known');
  if (!Array.isArray(allowedIPs) || !allowedIPs.every((each) => typeof each === 'string')) {
    throw wrong('allowedIPs is no list of texts');
  }
  return {
    interface: text(fields, 'interface'),
    netns: optional(text, fields, 'netns'),
    peerId: text(fields, 'peerId'),
    name: optional(text, fields, 'name'),
    tunnelId: optional(text, fields, 'tunnelId'),
    allowedIPs,
    state: state as PeerState,
    handshakeTime: optional(number, fields, 'handshakeTime'),
    rtt: optional(number, fields, 'rtt'),
    session: optional(session, fields, 'session'),
  };
}

function session(fields: Fields, key: string): SpanIds {
  const ids = fields[key];
  if (!isFields(ids)) throw wrong(`${key} is no object`);
  return { traceId: hex(ids, 'traceId', 32), spanId: hex(ids, 'spanId', 16) };
}

function optional<T>(read: (fields: Fields, key: string) => T, fields: Fields, key: string): T | undefined {
  return fields[key] === undefined ? undefined : read(fields, key);
}

function text(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== 'string') throw wrong(`${key} is no text`);
  return value;
}

function hex(fields: Fields, key: string, length: number): string {
  const value = text(fields, key);
  if (value.length !== length || !/^[0-9a-f]+$/.test(value)) throw wrong(`${key} is no id`);
  return value;
}

function number(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
    throw wrong(`${key} is no number of 0 or more`);
  return value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(what: string): WireGuardError {
  return new WireGuardError('PROTOCOL', what);
}
