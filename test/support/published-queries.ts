/** What somebody published for the metrics of an exporter. */
export interface Published {
  readonly what: string;
  /** The profile of the Prometheus exporter that has the names. */
  readonly profile: 'mindflavor' | 'mdlayher' | 'wg-easy' | 'wg-prefix';
  readonly queries: readonly string[];
  /** Those that find peers which were silent for a quarter of an hour. */
  readonly ofSilent?: readonly string[];
  /** Labels of each metric that it needs, beside job and instance. */
  readonly metrics: Readonly<Record<string, readonly string[]>>;
}

/** The instance that one of the queries names. */
export const PUBLISHED_INSTANCE = 'my-wireguard-tunnel';

/** Queries, and documented metrics and labels, of dashboards and articles on the monitoring of WireGuard. */
export const PUBLISHED: readonly Published[] = [
  {
    what: 'an article on Prometheus exporters for WireGuard',
    profile: 'wg-prefix',
    queries: [
      'rate(wg_peer_rx_bytes_total[5m])',
      'rate(wg_interface_tx_bytes_total[1m]) + rate(wg_interface_rx_bytes_total[1m])',
    ],
    ofSilent: ['time() - wg_peer_latest_handshake_seconds > 900'],
    metrics: {
      wg_peer_rx_bytes_total: [],
      wg_peer_tx_bytes_total: [],
      wg_peer_latest_handshake_seconds: [],
      wg_interface_rx_bytes_total: [],
      wg_interface_tx_bytes_total: [],
    },
  },
  {
    what: 'an article on Grafana and Telegraf',
    profile: 'mindflavor',
    queries: [`time() - wireguard_latest_handshake_seconds{instance="${PUBLISHED_INSTANCE}"}`],
    metrics: { wireguard_latest_handshake_seconds: [] },
  },
  {
    what: 'the dashboard of tuladhar/wireguard-alerts',
    profile: 'mindflavor',
    queries: [
      'sum(idelta(wireguard_sent_bytes_total[20s])) by (interface)',
      '- sum(idelta(wireguard_received_bytes_total[60s])) by (interface)',
      'wireguard_latest_handshake_seconds * 1000',
    ],
    metrics: {
      wireguard_sent_bytes_total: ['interface'],
      wireguard_received_bytes_total: ['interface'],
      wireguard_latest_handshake_seconds: ['interface', 'public_key', 'remote_ip', 'remote_port'],
    },
  },
  {
    what: 'dashboard 17251, by its documented names',
    profile: 'mindflavor',
    queries: [],
    metrics: {
      wireguard_sent_bytes_total: ['interface', 'public_key', 'allowed_ips'],
      wireguard_received_bytes_total: ['interface', 'public_key', 'allowed_ips'],
      wireguard_latest_handshake_seconds: ['interface', 'public_key', 'allowed_ips'],
    },
  },
  {
    what: 'dashboard 12177',
    profile: 'mdlayher',
    queries: [],
    metrics: {
      wireguard_device_info: ['device', 'public_key'],
      wireguard_peer_info: ['device', 'public_key', 'endpoint', 'name'],
      wireguard_peer_last_handshake_seconds: ['device', 'public_key'],
      wireguard_peer_receive_bytes_total: ['device', 'public_key'],
      wireguard_peer_transmit_bytes_total: ['device', 'public_key'],
    },
  },
  {
    what: 'dashboards 21733 and 22404, by their documented names',
    profile: 'wg-easy',
    queries: [],
    metrics: {
      wireguard_configured_peers: ['interface'],
      wireguard_enabled_peers: ['interface'],
      wireguard_connected_peers: ['interface'],
      wireguard_sent_bytes: ['interface', 'enabled', 'name'],
      wireguard_received_bytes: ['interface', 'enabled', 'name'],
      wireguard_latest_handshake_seconds: ['interface', 'enabled', 'name'],
    },
  },
];
