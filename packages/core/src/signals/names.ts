/** Names of attributes. Those without `wireguard.` are OpenTelemetry's own; `network.interface.name` and
 *  `network.io.direction` are not stable there yet, so they are copied rather than imported.
 *  Source: https://opentelemetry.io/docs/specs/semconv/registry/attributes/ */
export const ATTR_CLOCK_OFFSET = 'wireguard.clock.offset';
export const ATTR_CONFIG_DIFFERENCES = 'wireguard.config.differences';
export const ATTR_CONFIG_FIELDS = 'wireguard.config.fields';
export const ATTR_DEVICE_NETNS = 'wireguard.device.netns';
export const ATTR_DEVICE_PEERS = 'wireguard.device.peers';
export const ATTR_ERROR_TYPE = 'error.type';
export const ATTR_EVENTS_DROPPED = 'wireguard.events.dropped';
export const ATTR_NETWORK_INTERFACE_NAME = 'network.interface.name';
export const ATTR_NETWORK_IO_DIRECTION = 'network.io.direction';
export const ATTR_OTEL_METRIC_OVERFLOW = 'otel.metric.overflow';
export const ATTR_PEER_ADDRESS_REUSED = 'wireguard.peer.address_reused';
export const ATTR_PEER_ALLOWED_IPS_ADDED = 'wireguard.peer.allowed_ips.added';
export const ATTR_PEER_ALLOWED_IPS_REMOVED = 'wireguard.peer.allowed_ips.removed';
export const ATTR_PEER_CONNECTION_DURATION = 'wireguard.peer.connection.duration';
export const ATTR_PEER_CONNECTION_RECEIVE_SIZE = 'wireguard.peer.connection.receive.size';
export const ATTR_PEER_CONNECTION_TRANSMIT_SIZE = 'wireguard.peer.connection.transmit.size';
export const ATTR_PEER_ENDPOINT_ADDRESS = 'wireguard.peer.endpoint.address';
export const ATTR_PEER_ENDPOINT_CHANGE_TYPE = 'wireguard.peer.endpoint.change.type';
export const ATTR_PEER_ENDPOINT_NAME_ADDRESSES = 'wireguard.peer.endpoint.name.addresses';
export const ATTR_PEER_ENDPOINT_NAME_HOST = 'wireguard.peer.endpoint.name.host';
export const ATTR_PEER_ENDPOINT_NAME_PHASE = 'wireguard.peer.endpoint.name.phase';
export const ATTR_PEER_ENDPOINT_PORT = 'wireguard.peer.endpoint.port';
export const ATTR_PEER_FLAPPING_ADDRESSES = 'wireguard.peer.flapping.addresses';
export const ATTR_PEER_FLAPPING_ALTERNATING = 'wireguard.peer.flapping.alternating';
export const ATTR_PEER_FLAPPING_CHANGES = 'wireguard.peer.flapping.changes';
export const ATTR_PEER_FLAPPING_DURATION = 'wireguard.peer.flapping.duration';
export const ATTR_PEER_FLAPPING_PHASE = 'wireguard.peer.flapping.phase';
export const ATTR_PEER_HANDSHAKE_AGE = 'wireguard.peer.handshake.age';
export const ATTR_PEER_HANDSHAKE_FIRST = 'wireguard.peer.handshake.first';
export const ATTR_PEER_HANDSHAKE_INTERVAL = 'wireguard.peer.handshake.interval';
export const ATTR_PEER_ID = 'wireguard.peer.id';
export const ATTR_PEER_KEY_ROTATION_BASIS = 'wireguard.peer.key.rotation.basis';
export const ATTR_PEER_NAME = 'wireguard.peer.name';
export const ATTR_PEER_PREVIOUS_ENDPOINT_ADDRESS = 'wireguard.peer.previous.endpoint.address';
export const ATTR_PEER_PREVIOUS_ENDPOINT_PORT = 'wireguard.peer.previous.endpoint.port';
export const ATTR_PEER_PREVIOUS_ID = 'wireguard.peer.previous.id';
export const ATTR_PEER_PREVIOUS_RECEIVE_SIZE = 'wireguard.peer.previous.receive.size';
export const ATTR_PEER_PREVIOUS_STATE = 'wireguard.peer.previous.state';
export const ATTR_PEER_PREVIOUS_TRANSMIT_SIZE = 'wireguard.peer.previous.transmit.size';
export const ATTR_PEER_STATE_REASON = 'wireguard.peer.state.reason';
export const ATTR_PEER_STATE = 'wireguard.peer.state';
export const ATTR_SESSION_END_REASON = 'wireguard.session.end.reason';
export const ATTR_SESSION_RECEIVE_SIZE = 'wireguard.session.receive.size';
export const ATTR_SESSION_TRANSMIT_SIZE = 'wireguard.session.transmit.size';
export const ATTR_SUMMARY_EVENT = 'wireguard.summary.event';
export const ATTR_SUMMARY_PEERS = 'wireguard.summary.peers';
export const ATTR_TUNNEL_ID = 'wireguard.tunnel.id';
export const ATTR_TUNNEL_PREVIOUS_ID = 'wireguard.tunnel.previous.id';

/** Every signal is of this instrumentation scope. */
export const SCOPE = { name: '@wgotel/core', version: '0.1.0' } as const;
