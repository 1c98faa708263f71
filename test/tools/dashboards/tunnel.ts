import { HOST, labelVariable, WINDOW, type DashboardDescription } from './dashboard.js';
import { graph, stat } from './panels.js';

const DEVICE = 'host_name=~"$host", network_interface_name=~"$interface"';
const PEER = `${DEVICE}, wireguard_peer_id=~"$peer"`;
/** Peers without a name are called by their id. */
const CALLED = '{{wireguard_peer_name}} {{wireguard_peer_id}}';
const BY_PEER = 'by (network_interface_name, wireguard_peer_id, wireguard_peer_name)';

/** One tunnel, or a few: what goes through it, and how well it holds. */
export const tunnel: DashboardDescription = {
  name: 'tunnel',
  title: 'WireGuard tunnel',
  description: 'The peers of a device, each by itself.',
  from: 'now-3h',
  variables: [
    HOST,
    labelVariable(
      'interface',
      'Device',
      'label_values(wireguard_device_up_ratio{host_name=~"$host"}, network_interface_name)',
    ),
    labelVariable(
      'peer',
      'Peer',
      `query_result(group by (wireguard_peer_id, wireguard_peer_name) (wireguard_peer_handshakes_total{${DEVICE}, wireguard_peer_id!=""}))`,
      { regex: '/wireguard_peer_id="(?<value>[^"]+)"(?:.*wireguard_peer_name="(?<text>[^"]+)")?/', allValue: '.+' },
    ),
    WINDOW,
  ],
  panels: [
    stat({
      title: 'State',
      description: '1: active, 0: stale. Peers that nobody waits for have no value.',
      queries: [{ expr: `max ${BY_PEER} (wireguard_peer_up_ratio{${PEER}})`, legend: CALLED }],
      thresholds: [
        { from: 0, color: 'red' },
        { from: 1, color: 'green' },
      ],
      width: 8,
    }),
    stat({
      title: 'Time since the last handshake',
      description: 'Stays below two minutes or so while data flows, below three with a keepalive.',
      queries: [
        { expr: `time() - max ${BY_PEER} (wireguard_peer_last_handshake_timestamp_seconds{${PEER}})`, legend: CALLED },
      ],
      unit: 's',
      thresholds: [
        { from: 0, color: 'green' },
        { from: 180, color: 'yellow' },
        { from: 900, color: 'red' },
      ],
      width: 8,
    }),
    stat({
      title: 'Moved in the time shown',
      description: 'Bytes received and transmitted, as seen from this host.',
      queries: [
        {
          expr: `sum by (network_io_direction) (increase(wireguard_peer_io_bytes_total{${PEER}}[$__range]))`,
          legend: '{{network_io_direction}}',
        },
      ],
      unit: 'bytes',
      width: 8,
    }),
    graph({
      title: 'Received',
      description: 'Of each peer, as seen from this host.',
      queries: [
        {
          expr: `sum ${BY_PEER} (rate(wireguard_peer_io_bytes_total{${PEER}, network_io_direction="receive"}[$window]))`,
          legend: CALLED,
        },
      ],
      unit: 'Bps',
      stacked: true,
      width: 12,
    }),
    graph({
      title: 'Transmitted',
      description: 'Of each peer, as seen from this host.',
      queries: [
        {
          expr: `sum ${BY_PEER} (rate(wireguard_peer_io_bytes_total{${PEER}, network_io_direction="transmit"}[$window]))`,
          legend: CALLED,
        },
      ],
      unit: 'Bps',
      stacked: true,
      width: 12,
    }),
    graph({
      title: 'Time since the last handshake',
      description: 'A saw tooth of two minutes while data flows; a slope where nothing does.',
      queries: [
        { expr: `time() - max ${BY_PEER} (wireguard_peer_last_handshake_timestamp_seconds{${PEER}})`, legend: CALLED },
      ],
      unit: 's',
      width: 12,
    }),
    graph({
      title: 'Handshakes in five minutes',
      description: 'Two or three while data flows. Many more: two machines with one key.',
      queries: [{ expr: `sum ${BY_PEER} (increase(wireguard_peer_handshakes_total{${PEER}}[5m]))`, legend: CALLED }],
      width: 12,
    }),
    graph({
      title: 'Failed attempts in five minutes',
      description:
        'initiating_in_vain: nothing comes back. responding_in_vain: the peer is heard and does not hear us, or has another preshared key. Nothing is shown while there are none.',
      queries: [
        {
          expr: `sum by (network_interface_name, wireguard_peer_id, wireguard_peer_name, error_type) (increase(wireguard_peer_handshake_attempts_total{${PEER}, error_type!=""}[5m]))`,
          legend: `${CALLED} {{error_type}}`,
        },
      ],
      width: 8,
    }),
    graph({
      title: 'Changes of the endpoint in an hour',
      description: 'By what changed; a port alone is what NAT does. Nothing is shown while there are none.',
      queries: [
        {
          expr: `sum by (network_interface_name, wireguard_peer_id, wireguard_peer_name, wireguard_peer_endpoint_change_type) (increase(wireguard_peer_endpoint_changes_total{${PEER}}[1h]))`,
          legend: `${CALLED} {{wireguard_peer_endpoint_change_type}}`,
        },
      ],
      width: 8,
    }),
    graph({
      title: 'Changes of configuration in an hour',
      description: 'Of the device and all its peers.',
      queries: [
        {
          expr: `sum by (host_name, network_interface_name) (increase(wireguard_device_config_changes_total{${DEVICE}}[1h]))`,
          legend: '{{host_name}} {{network_interface_name}}',
        },
      ],
      width: 8,
    }),
  ],
};
