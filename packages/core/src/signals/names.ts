/** Names of attributes. Those without `wireguard.` are OpenTelemetry's own; `network.interface.name` and
 *  `network.io.direction` are not stable there yet, so they are copied rather than imported.
 *  Source: https://opentelemetry.io/docs/specs/semconv/registry/attributes/ */
export const ATTR_DEVICE_NETNS = 'wireguard.device.netns';
export const ATTR_ERROR_TYPE = 'error.type';
export const ATTR_NETWORK_INTERFACE_NAME = 'network.interface.name';
export const ATTR_NETWORK_IO_DIRECTION = 'network.io.direction';
export const ATTR_NETWORK_LOCAL_ADDRESS = 'network.local.address';
export const ATTR_NETWORK_PEER_ADDRESS = 'network.peer.address';
export const ATTR_NETWORK_PEER_PORT = 'network.peer.port';
export const ATTR_OTEL_METRIC_OVERFLOW = 'otel.metric.overflow';
export const ATTR_PEER_ENDPOINT_CHANGE_TYPE = 'wireguard.peer.endpoint.change.type';
export const ATTR_PEER_HANDSHAKE_AGE = 'wireguard.peer.handshake.age';
export const ATTR_PEER_ID = 'wireguard.peer.id';
export const ATTR_PEER_NAME = 'wireguard.peer.name';
export const ATTR_PEER_RTT = 'wireguard.peer.rtt';
export const ATTR_PEER_STATE = 'wireguard.peer.state';
export const ATTR_SERVER_ADDRESS = 'server.address';
export const ATTR_TUNNEL_ID = 'wireguard.tunnel.id';
export const ATTR_TUNNEL_MATCH = 'wireguard.tunnel.match';

/** Every signal is of this instrumentation scope. */
export const SCOPE = { name: '@wgotel/core', version: '0.1.0' } as const;
