/** What a Telegraf is to do. */
export interface TelegrafOptions {
  /** Of loopback, where its page is. */
  readonly port: number;
  /** Between two readings, in milliseconds. */
  readonly interval: number;
}

/** The configuration of a Telegraf that reads WireGuard and serves a page, without labels and metrics of the host's. */
export function telegrafConfiguration({ port, interval }: TelegrafOptions): string {
  return `
[agent]
interval = "${interval}ms"
flush_interval = "${interval}ms"
omit_hostname = true
# It would drop what of a reading goes beyond 10 000.
metric_buffer_limit = 1000000

[[inputs.wireguard]]

[[outputs.prometheus_client]]
listen = "127.0.0.1:${port}"
collectors_exclude = ["gocollector", "process"]
`;
}
