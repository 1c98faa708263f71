// Generated from metadata.yaml by `npm run generate`. Do not edit.
import type { Metric } from './metric.js';

/** Names of the metrics. */
export type MetricName =
  | 'wireguard.device.config.changes'
  | 'wireguard.device.config.drift'
  | 'wireguard.device.scrape.errors'
  | 'wireguard.device.up'
  | 'wireguard.peer.allowed_ip.count'
  | 'wireguard.peer.count'
  | 'wireguard.peer.endpoint.changes'
  | 'wireguard.peer.endpoint.name.mismatch'
  | 'wireguard.peer.handshake.attempts'
  | 'wireguard.peer.handshakes'
  | 'wireguard.peer.io'
  | 'wireguard.peer.last_handshake.timestamp'
  | 'wireguard.peer.persistent_keepalive.interval'
  | 'wireguard.peer.up';

/** What metadata.yaml says of each metric. */
export const METADATA: Readonly<Record<MetricName, Omit<Metric, 'name'>>> = {
  'wireguard.device.config.changes': {
    kind: 'counter',
    unit: '{change}',
    description: 'Changes of configuration: of the device itself, and of peers added, removed or set otherwise.',
    valueType: 'int',
    enabled: true,
    attributes: [
      { name: 'network.interface.name', requirement: 'required' },
      { name: 'wireguard.device.netns', requirement: 'conditionally_required' },
    ],
  },
  'wireguard.device.config.drift': {
    kind: 'gauge',
    unit: '{difference}',
    description: 'Ways in which the device differs from its configuration file. No point if none is given.',
    valueType: 'int',
    enabled: true,
    attributes: [
      { name: 'network.interface.name', requirement: 'required' },
      { name: 'wireguard.device.netns', requirement: 'conditionally_required' },
    ],
  },
  'wireguard.device.scrape.errors': {
    kind: 'counter',
    unit: '{error}',
    description: 'Failures to read WireGuard, by kind.',
    valueType: 'int',
    enabled: true,
    attributes: [
      { name: 'network.interface.name', requirement: 'required' },
      { name: 'wireguard.device.netns', requirement: 'conditionally_required' },
      { name: 'error.type', requirement: 'recommended' },
    ],
  },
  'wireguard.device.up': {
    kind: 'gauge',
    unit: '1',
    description: '1 if the device is there and up, 0 if it is gone or down. No point while it cannot be read.',
    valueType: 'int',
    enabled: true,
    attributes: [
      { name: 'network.interface.name', requirement: 'required' },
      { name: 'wireguard.device.netns', requirement: 'conditionally_required' },
    ],
  },
  'wireguard.peer.allowed_ip.count': {
    kind: 'gauge',
    unit: '{prefix}',
    description: 'Prefixes that are routed to the peer.',
    valueType: 'int',
    enabled: false,
    attributes: [
      { name: 'network.interface.name', requirement: 'required' },
      { name: 'wireguard.device.netns', requirement: 'conditionally_required' },
      { name: 'wireguard.peer.id', requirement: 'recommended' },
      { name: 'wireguard.peer.name', requirement: 'recommended' },
      { name: 'wireguard.peer.public_key', requirement: 'opt_in' },
    ],
  },
  'wireguard.peer.count': {
    kind: 'updowncounter',
    unit: '{peer}',
    description: 'Peers of the device, by state.',
    valueType: 'int',
    enabled: true,
    attributes: [
      { name: 'network.interface.name', requirement: 'required' },
      { name: 'wireguard.device.netns', requirement: 'conditionally_required' },
      { name: 'wireguard.peer.state', requirement: 'recommended' },
    ],
  },
  'wireguard.peer.endpoint.changes': {
    kind: 'counter',
    unit: '{change}',
    description: "Changes of the peer's endpoint, by what changed. No point for a kind that never occurred.",
    valueType: 'int',
    enabled: true,
    attributes: [
      { name: 'network.interface.name', requirement: 'required' },
      { name: 'wireguard.device.netns', requirement: 'conditionally_required' },
      { name: 'wireguard.peer.id', requirement: 'recommended' },
      { name: 'wireguard.peer.name', requirement: 'recommended' },
      { name: 'wireguard.peer.public_key', requirement: 'opt_in' },
      { name: 'wireguard.peer.endpoint.change.type', requirement: 'recommended' },
    ],
  },
  'wireguard.peer.endpoint.name.mismatch': {
    kind: 'gauge',
    unit: '1',
    description:
      '1 if the name of the endpoint stands for other addresses than the one in use, 0 if not. No point without a name.',
    valueType: 'int',
    enabled: true,
    attributes: [
      { name: 'network.interface.name', requirement: 'required' },
      { name: 'wireguard.device.netns', requirement: 'conditionally_required' },
      { name: 'wireguard.peer.id', requirement: 'recommended' },
      { name: 'wireguard.peer.name', requirement: 'recommended' },
      { name: 'wireguard.peer.public_key', requirement: 'opt_in' },
    ],
  },
  'wireguard.peer.handshake.attempts': {
    kind: 'counter',
    unit: '{attempt}',
    description: 'Attempts at a handshake with the peer; those that failed carry error.type. A lower bound.',
    valueType: 'int',
    enabled: true,
    attributes: [
      { name: 'network.interface.name', requirement: 'required' },
      { name: 'wireguard.device.netns', requirement: 'conditionally_required' },
      { name: 'wireguard.peer.id', requirement: 'recommended' },
      { name: 'wireguard.peer.name', requirement: 'recommended' },
      { name: 'wireguard.peer.public_key', requirement: 'opt_in' },
      { name: 'error.type', requirement: 'recommended' },
    ],
  },
  'wireguard.peer.handshakes': {
    kind: 'counter',
    unit: '{handshake}',
    description: 'Handshakes with the peer, as far as seen from scrape to scrape: a lower bound.',
    valueType: 'int',
    enabled: true,
    attributes: [
      { name: 'network.interface.name', requirement: 'required' },
      { name: 'wireguard.device.netns', requirement: 'conditionally_required' },
      { name: 'wireguard.peer.id', requirement: 'recommended' },
      { name: 'wireguard.peer.name', requirement: 'recommended' },
      { name: 'wireguard.peer.public_key', requirement: 'opt_in' },
    ],
  },
  'wireguard.peer.io': {
    kind: 'counter',
    unit: 'By',
    description: 'Bytes exchanged with the peer, handshakes and keepalives included.',
    valueType: 'int',
    enabled: true,
    attributes: [
      { name: 'network.interface.name', requirement: 'required' },
      { name: 'wireguard.device.netns', requirement: 'conditionally_required' },
      { name: 'wireguard.peer.id', requirement: 'recommended' },
      { name: 'wireguard.peer.name', requirement: 'recommended' },
      { name: 'wireguard.peer.public_key', requirement: 'opt_in' },
      { name: 'network.io.direction', requirement: 'required' },
    ],
  },
  'wireguard.peer.last_handshake.timestamp': {
    kind: 'gauge',
    unit: 's',
    description: 'Unix time of the last handshake with the peer. No point if there was none.',
    valueType: 'double',
    enabled: true,
    attributes: [
      { name: 'network.interface.name', requirement: 'required' },
      { name: 'wireguard.device.netns', requirement: 'conditionally_required' },
      { name: 'wireguard.peer.id', requirement: 'recommended' },
      { name: 'wireguard.peer.name', requirement: 'recommended' },
      { name: 'wireguard.peer.public_key', requirement: 'opt_in' },
    ],
  },
  'wireguard.peer.persistent_keepalive.interval': {
    kind: 'gauge',
    unit: 's',
    description: 'Interval of the keepalives that this end sends to the peer. No point if it sends none.',
    valueType: 'int',
    enabled: false,
    attributes: [
      { name: 'network.interface.name', requirement: 'required' },
      { name: 'wireguard.device.netns', requirement: 'conditionally_required' },
      { name: 'wireguard.peer.id', requirement: 'recommended' },
      { name: 'wireguard.peer.name', requirement: 'recommended' },
      { name: 'wireguard.peer.public_key', requirement: 'opt_in' },
    ],
  },
  'wireguard.peer.up': {
    kind: 'gauge',
    unit: '1',
    description: '1 if the peer is active, 0 if it ought to be and is not. No point for peers nobody waits for.',
    valueType: 'int',
    enabled: true,
    attributes: [
      { name: 'network.interface.name', requirement: 'required' },
      { name: 'wireguard.device.netns', requirement: 'conditionally_required' },
      { name: 'wireguard.peer.id', requirement: 'recommended' },
      { name: 'wireguard.peer.name', requirement: 'recommended' },
      { name: 'wireguard.peer.public_key', requirement: 'opt_in' },
    ],
  },
};
