import { HOST, type DashboardDescription } from './dashboard.js';
import { graph, table } from './panels.js';

const ON = 'host_name=~"$host"';
const DEVICE = 'job, instance, host_name, wireguard_device_netns, network_interface_name';
const PEER = `${DEVICE}, wireguard_peer_id, wireguard_peer_name`;

/** What is wrong now, and since when. Empty tables are what one hopes for. */
export const incident: DashboardDescription = {
  name: 'incident',
  title: 'WireGuard incident',
  description: 'What is wrong, and since when. What to do is in docs/runbooks.md.',
  from: 'now-1h',
  variables: [HOST],
  panels: [
    table({
      title: 'Alerts',
      description: 'Alerts of wgotel that fire.',
      queries: [{ expr: `ALERTS{alertname=~"WireGuard.*", alertstate="firing", ${ON}}` }],
      link: true,
      width: 24,
    }),
    table({
      title: 'Peers out of reach, by time since the last handshake',
      description: 'Expected peers that are stale. One that never had a handshake is not here, but among the alerts.',
      queries: [
        {
          expr: `(time() - max by (${PEER}) (wireguard_peer_last_handshake_timestamp_seconds{${ON}})) and max by (${PEER}) (wireguard_peer_up_ratio{${ON}}) == 0`,
        },
      ],
      unit: 's',
      link: true,
      width: 12,
    }),
    table({
      title: 'Devices that are gone or down',
      description: 'They were there, or are required to be.',
      queries: [{ expr: `max by (${DEVICE}) (wireguard_device_up_ratio{${ON}}) == 0` }],
      width: 6,
    }),
    table({
      title: 'Agents that are absent',
      description: 'Heard within the last day, and not now.',
      queries: [
        {
          expr: `last_over_time(instance:wgotel_agent:present{${ON}}[1d]) unless instance:wgotel_agent:present{${ON}}`,
        },
      ],
      width: 6,
    }),
    graph({
      title: 'Peers by state',
      description: 'Many at once: this end. One: that end.',
      queries: [
        {
          expr: `sum by (host_name, network_interface_name, wireguard_peer_state) (wireguard_peer_count{${ON}, wireguard_peer_state=~"active|stale"})`,
          legend: '{{host_name}} {{network_interface_name}} {{wireguard_peer_state}}',
        },
      ],
      width: 12,
    }),
    graph({
      title: 'Throughput',
      description: 'By device, both directions.',
      queries: [
        {
          expr: `sum by (host_name, network_interface_name) (device:wireguard_peer_io_bytes:rate1m{${ON}})`,
          legend: '{{host_name}} {{network_interface_name}}',
        },
      ],
      unit: 'Bps',
      width: 12,
    }),
    graph({
      title: 'Failed handshake attempts a minute',
      description: 'The ten peers with most, by who began them.',
      queries: [
        {
          expr: `topk(10, 60 * sum by (${PEER}, error_type) (rate(wireguard_peer_handshake_attempts_total{${ON}, wireguard_peer_id!="", error_type!=""}[5m])))`,
          legend: '{{network_interface_name}} {{wireguard_peer_name}} {{wireguard_peer_id}} {{error_type}}',
        },
      ],
      width: 8,
    }),
    graph({
      title: 'Changes of endpoints in ten minutes',
      description: 'The ten peers with most. Four changes of the address are flapping.',
      queries: [
        {
          expr: `topk(10, sum by (${PEER}, wireguard_peer_endpoint_change_type) (increase(wireguard_peer_endpoint_changes_total{${ON}, wireguard_peer_id!=""}[10m])))`,
          legend:
            '{{network_interface_name}} {{wireguard_peer_name}} {{wireguard_peer_id}} {{wireguard_peer_endpoint_change_type}}',
        },
      ],
      width: 8,
    }),
    graph({
      title: 'Changes of configuration in ten minutes',
      description: 'Peers that came, went or were set otherwise, new keys and ports: by device.',
      queries: [
        {
          expr: `sum by (${DEVICE}) (increase(wireguard_device_config_changes_total{${ON}}[10m]))`,
          legend: '{{host_name}} {{network_interface_name}}',
        },
      ],
      width: 8,
    }),
    graph({
      title: 'Failures to read WireGuard a minute',
      description: 'By kind; without a device a whole source. Nothing is shown while there are none.',
      queries: [
        {
          expr: `60 * sum by (${DEVICE}, error_type) (rate(wireguard_device_scrape_errors_total{${ON}}[5m]))`,
          legend: '{{host_name}} {{network_interface_name}} {{error_type}}',
        },
      ],
      width: 12,
    }),
    graph({
      title: 'Errors and drops of interfaces a second',
      description: 'Of interfaces whose name begins with wg, as node_exporter or the hostmetrics receiver counts them.',
      queries: [
        {
          expr: `device:network_interface_problems:rate5m{${ON}}`,
          legend: '{{host_name}} {{network_interface_name}} {{network_problem}}',
        },
      ],
      width: 12,
    }),
  ],
};
