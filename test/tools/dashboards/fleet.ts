import { HOST, WINDOW, type DashboardDescription } from './dashboard.js';
import { graph, stat, table } from './panels.js';

const ON = 'host_name=~"$host"';
/** Who a peer is. */
const PEER = 'job, instance, host_name, network_interface_name, wireguard_peer_id, wireguard_peer_name';
const DEVICE = 'job, instance, host_name, wireguard_device_netns, network_interface_name';

/** All hosts at a glance. Graphs are of what the recording rules sum up by device, so they stay fast with many peers. */
export const fleet: DashboardDescription = {
  name: 'fleet',
  title: 'WireGuard fleet',
  description: 'All hosts that run wgotel. Needs the recording rules of otel-config/prometheus.',
  from: 'now-6h',
  variables: [HOST, WINDOW],
  panels: [
    stat({
      title: 'Agents',
      description: 'Agents of which anything is heard.',
      queries: [{ expr: `count(instance:wgotel_agent:present{${ON}})`, legend: 'heard' }],
      width: 4,
    }),
    stat({
      title: 'Devices',
      description: 'Devices that are there and up, and those that are gone or down.',
      queries: [
        { expr: `count(max by (${DEVICE}) (wireguard_device_up_ratio{${ON}}) == 1) or vector(0)`, legend: 'up' },
        { expr: `count(max by (${DEVICE}) (wireguard_device_up_ratio{${ON}}) == 0) or vector(0)`, legend: 'missing' },
      ],
      width: 6,
    }),
    stat({
      title: 'Peers',
      description: 'By state: active, stale (expected and out of reach), idle, never seen.',
      queries: [
        { expr: `sum by (wireguard_peer_state) (wireguard_peer_count{${ON}})`, legend: '{{wireguard_peer_state}}' },
      ],
      width: 10,
    }),
    stat({
      title: 'Alerts',
      description: 'Alerts of wgotel that fire.',
      queries: [
        { expr: 'count(ALERTS{alertname=~"WireGuard.*", alertstate="firing"}) or vector(0)', legend: 'firing' },
      ],
      thresholds: [
        { from: 0, color: 'green' },
        { from: 1, color: 'red' },
      ],
      width: 4,
    }),
    graph({
      title: 'Throughput',
      description: 'Of all devices together, handshakes and keepalives included.',
      queries: [
        {
          expr: `sum by (network_io_direction) (device:wireguard_peer_io_bytes:rate$window{${ON}})`,
          legend: '{{network_io_direction}}',
        },
      ],
      unit: 'Bps',
      width: 12,
    }),
    graph({
      title: 'Throughput by device',
      description: 'Both directions, of the twenty devices that move most.',
      queries: [
        {
          expr: `topk(20, sum by (host_name, network_interface_name) (device:wireguard_peer_io_bytes:rate$window{${ON}}))`,
          legend: '{{host_name}} {{network_interface_name}}',
        },
      ],
      unit: 'Bps',
      stacked: true,
      width: 12,
    }),
    table({
      title: 'Top talkers',
      description: 'The peers that moved most over the last five minutes, in bytes a second.',
      queries: [
        {
          expr: `topk(10, sum by (${PEER}) (rate(wireguard_peer_io_bytes_total{${ON}, wireguard_peer_id!=""}[5m])))`,
        },
      ],
      unit: 'Bps',
      link: true,
      width: 12,
    }),
    table({
      title: 'Longest without a handshake',
      description: 'Peers that had one. A peer that nobody waits for may sleep for days.',
      queries: [
        { expr: `topk(10, time() - max by (${PEER}) (wireguard_peer_last_handshake_timestamp_seconds{${ON}}))` },
      ],
      unit: 's',
      link: true,
      width: 12,
    }),
    graph({
      title: 'Peers by state',
      description: 'A step of many peers at once is mostly at this end.',
      queries: [
        { expr: `sum by (wireguard_peer_state) (wireguard_peer_count{${ON}})`, legend: '{{wireguard_peer_state}}' },
      ],
      stacked: true,
      width: 8,
    }),
    graph({
      title: 'Churn: handshakes a minute',
      description: 'A peer that talks makes one every two minutes.',
      queries: [
        {
          expr: `60 * sum by (host_name, network_interface_name) (device:wireguard_peer_handshakes:rate5m{${ON}})`,
          legend: '{{host_name}} {{network_interface_name}}',
        },
      ],
      width: 8,
    }),
    graph({
      title: 'Churn: failed attempts a minute',
      description: 'Handshake attempts in vain, by who began them. Nothing is shown while there are none.',
      queries: [
        {
          expr: `60 * sum by (error_type) (device:wireguard_peer_handshake_attempts_failed:rate5m{${ON}})`,
          legend: '{{error_type}}',
        },
      ],
      width: 8,
    }),
  ],
};
