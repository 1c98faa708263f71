// Generated from metadata.yaml by `npm run generate`. Do not edit.
import type { EventMetadata } from './event.js';

/** Names of the events. */
export type EventName =
  | 'wireguard.clock.step'
  | 'wireguard.device.added'
  | 'wireguard.device.config.changed'
  | 'wireguard.device.config.drifted'
  | 'wireguard.device.down'
  | 'wireguard.device.peers.changed'
  | 'wireguard.device.recreated'
  | 'wireguard.device.removed'
  | 'wireguard.device.up'
  | 'wireguard.peer.added'
  | 'wireguard.peer.config.changed'
  | 'wireguard.peer.connected'
  | 'wireguard.peer.counters.reset'
  | 'wireguard.peer.disconnected'
  | 'wireguard.peer.endpoint.changed'
  | 'wireguard.peer.endpoint.flapping'
  | 'wireguard.peer.endpoint.name.moved'
  | 'wireguard.peer.handshake'
  | 'wireguard.peer.key.rotated'
  | 'wireguard.peer.removed'
  | 'wireguard.peer.state.changed';

/** What metadata.yaml says of each event. */
export const EVENT_METADATA: Readonly<Record<EventName, EventMetadata>> = {
  'wireguard.clock.step': {
    description: 'The wall clock jumped against the one that never steps.',
    enabled: true,
    attributes: ['wireguard.clock.offset'],
  },
  'wireguard.device.added': {
    description: 'A device is there that was not; its peers are part of it.',
    enabled: true,
    attributes: ['network.interface.name', 'wireguard.device.netns', 'wireguard.device.peers'],
  },
  'wireguard.device.config.changed': {
    description: 'The key, port or firewall mark of a device was set otherwise.',
    enabled: true,
    attributes: ['network.interface.name', 'wireguard.device.netns', 'wireguard.config.fields'],
  },
  'wireguard.device.config.drifted': {
    description: 'A device differs from its configuration file in other ways than before. Only where a file is given.',
    enabled: true,
    attributes: [
      'network.interface.name',
      'wireguard.device.netns',
      'wireguard.config.differences',
      'wireguard.config.fields',
    ],
  },
  'wireguard.device.down': {
    description: 'The link of a device was set down.',
    enabled: true,
    attributes: ['network.interface.name', 'wireguard.device.netns'],
  },
  'wireguard.device.peers.changed': {
    description: 'More than 20 peers of a device changed alike in one scrape: said once for all of them.',
    enabled: true,
    attributes: [
      'network.interface.name',
      'wireguard.device.netns',
      'wireguard.summary.event',
      'wireguard.summary.peers',
      'wireguard.peer.address_reused',
      'wireguard.config.fields',
      'wireguard.peer.endpoint.change.type',
      'wireguard.peer.endpoint.name.phase',
      'wireguard.peer.flapping.alternating',
      'wireguard.peer.flapping.phase',
      'wireguard.peer.handshake.first',
      'wireguard.peer.key.rotation.basis',
      'wireguard.peer.previous.state',
      'wireguard.peer.state.reason',
      'wireguard.peer.state',
    ],
  },
  'wireguard.device.recreated': {
    description: 'A device was deleted and made again in between; its peers are part of it.',
    enabled: true,
    attributes: ['network.interface.name', 'wireguard.device.netns', 'wireguard.device.peers'],
  },
  'wireguard.device.removed': {
    description: 'A device is there no longer, and its peers with it.',
    enabled: true,
    attributes: ['network.interface.name', 'wireguard.device.netns', 'wireguard.device.peers'],
  },
  'wireguard.device.up': {
    description: 'The link of a device was set up.',
    enabled: true,
    attributes: ['network.interface.name', 'wireguard.device.netns'],
  },
  'wireguard.peer.added': {
    description: 'A device has a peer that it had not.',
    enabled: true,
    attributes: [
      'network.interface.name',
      'wireguard.device.netns',
      'wireguard.peer.id',
      'wireguard.peer.name',
      'wireguard.peer.public_key',
      'wireguard.tunnel.id',
      'wireguard.peer.address_reused',
    ],
  },
  'wireguard.peer.config.changed': {
    description: "A peer's allowed IPs, keepalive or preshared key were set otherwise.",
    enabled: true,
    attributes: [
      'network.interface.name',
      'wireguard.device.netns',
      'wireguard.peer.id',
      'wireguard.peer.name',
      'wireguard.peer.public_key',
      'wireguard.tunnel.id',
      'wireguard.config.fields',
      'wireguard.peer.allowed_ips.added',
      'wireguard.peer.allowed_ips.removed',
    ],
  },
  'wireguard.peer.connected': {
    description: 'A peer became active. For an audit trail.',
    enabled: false,
    attributes: [
      'network.interface.name',
      'wireguard.device.netns',
      'wireguard.peer.id',
      'wireguard.peer.name',
      'wireguard.peer.public_key',
      'wireguard.tunnel.id',
      'wireguard.peer.endpoint.address',
      'wireguard.peer.endpoint.port',
    ],
  },
  'wireguard.peer.counters.reset': {
    description: "A peer's byte counters fell, or its handshake was forgotten, though it was there all along.",
    enabled: true,
    attributes: [
      'network.interface.name',
      'wireguard.device.netns',
      'wireguard.peer.id',
      'wireguard.peer.name',
      'wireguard.peer.public_key',
      'wireguard.tunnel.id',
      'wireguard.peer.previous.receive.size',
      'wireguard.peer.previous.transmit.size',
    ],
  },
  'wireguard.peer.disconnected': {
    description: 'A peer is active no longer, or gone. For an audit trail.',
    enabled: false,
    attributes: [
      'network.interface.name',
      'wireguard.device.netns',
      'wireguard.peer.id',
      'wireguard.peer.name',
      'wireguard.peer.public_key',
      'wireguard.tunnel.id',
      'wireguard.peer.connection.duration',
      'wireguard.peer.connection.receive.size',
      'wireguard.peer.connection.transmit.size',
      'wireguard.peer.endpoint.address',
      'wireguard.peer.endpoint.port',
    ],
  },
  'wireguard.peer.endpoint.changed': {
    description:
      'A peer is heard from elsewhere. By default only another address or family, of peers that are expected always or as a site; all of them if enabled is set to true.',
    enabled: true,
    attributes: [
      'network.interface.name',
      'wireguard.device.netns',
      'wireguard.peer.id',
      'wireguard.peer.name',
      'wireguard.peer.public_key',
      'wireguard.tunnel.id',
      'wireguard.peer.endpoint.change.type',
      'wireguard.peer.endpoint.address',
      'wireguard.peer.endpoint.port',
      'wireguard.peer.previous.endpoint.address',
      'wireguard.peer.previous.endpoint.port',
    ],
  },
  'wireguard.peer.endpoint.flapping': {
    description: "A peer's endpoint goes to and fro, or does so no longer.",
    enabled: true,
    attributes: [
      'network.interface.name',
      'wireguard.device.netns',
      'wireguard.peer.id',
      'wireguard.peer.name',
      'wireguard.peer.public_key',
      'wireguard.tunnel.id',
      'wireguard.peer.flapping.phase',
      'wireguard.peer.flapping.alternating',
      'wireguard.peer.flapping.changes',
      'wireguard.peer.flapping.addresses',
      'wireguard.peer.flapping.duration',
      'wireguard.peer.endpoint.address',
      'wireguard.peer.endpoint.port',
    ],
  },
  'wireguard.peer.endpoint.name.moved': {
    description:
      'The name of an endpoint begins or ceases to stand for other addresses than the one in use. Only where a file gives the name.',
    enabled: true,
    attributes: [
      'network.interface.name',
      'wireguard.device.netns',
      'wireguard.peer.id',
      'wireguard.peer.name',
      'wireguard.peer.public_key',
      'wireguard.tunnel.id',
      'wireguard.peer.endpoint.name.phase',
      'wireguard.peer.endpoint.name.host',
      'wireguard.peer.endpoint.name.addresses',
      'wireguard.peer.endpoint.address',
      'wireguard.peer.endpoint.port',
    ],
  },
  'wireguard.peer.handshake': {
    description: 'A handshake with a peer was completed.',
    enabled: false,
    attributes: [
      'network.interface.name',
      'wireguard.device.netns',
      'wireguard.peer.id',
      'wireguard.peer.name',
      'wireguard.peer.public_key',
      'wireguard.tunnel.id',
      'wireguard.peer.handshake.first',
      'wireguard.peer.handshake.interval',
      'wireguard.peer.endpoint.address',
      'wireguard.peer.endpoint.port',
    ],
  },
  'wireguard.peer.key.rotated': {
    description: 'A peer took the place of another: the same one with a new key.',
    enabled: true,
    attributes: [
      'network.interface.name',
      'wireguard.device.netns',
      'wireguard.peer.id',
      'wireguard.peer.name',
      'wireguard.peer.public_key',
      'wireguard.tunnel.id',
      'wireguard.peer.key.rotation.basis',
      'wireguard.peer.previous.id',
      'wireguard.tunnel.previous.id',
    ],
  },
  'wireguard.peer.removed': {
    description: 'A device has a peer no longer.',
    enabled: true,
    attributes: [
      'network.interface.name',
      'wireguard.device.netns',
      'wireguard.peer.id',
      'wireguard.peer.name',
      'wireguard.peer.public_key',
      'wireguard.tunnel.id',
    ],
  },
  'wireguard.peer.state.changed': {
    description:
      "A peer's state changed. By default only into and out of stale, and with the first handshake ever; all of them if enabled is set to true.",
    enabled: true,
    attributes: [
      'network.interface.name',
      'wireguard.device.netns',
      'wireguard.peer.id',
      'wireguard.peer.name',
      'wireguard.peer.public_key',
      'wireguard.tunnel.id',
      'wireguard.peer.state',
      'wireguard.peer.previous.state',
      'wireguard.peer.state.reason',
      'wireguard.peer.handshake.age',
      'wireguard.peer.handshake.first',
      'wireguard.peer.endpoint.address',
      'wireguard.peer.endpoint.port',
    ],
  },
};
