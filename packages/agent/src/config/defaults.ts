/** A configuration file that says what holds without one, with what else there is in comments. A test reads it. */
export const DEFAULTS = `# Configuration of wgotel, in the shape of the OpenTelemetry Collector's. What stands here is what holds without it.
# A line with "# " before it shows what else there is: take the "# " away, and the line above with the same key.
# \${env:NAME}, \${env:NAME:-default} and \${file:PATH} stand for values kept elsewhere; a dollar sign is written $$.

receivers:
  wireguard: # more of them: wireguard/NAME
    source: auto # auto, uapi, netlink, wg-show, reader or recorded
    collection_interval: 15s
    # heartbeat: 1m # leaves points that did not change out of OTLP for so long
    initial_delay: 1s
    timeout: 10s
    peer_limit: 10000
    # storage: file_storage # keeps what it knows over restarts
    # include: { interfaces: [wg0, wg1], match_type: strict }
    # exclude: { interfaces: ['^test'], match_type: regexp }
    identity: { mode: hash } # hash or full; or hmac, with hmac_key: \${file:/etc/wgotel/identity.key}
    endpoints: full # full, subnet or off
    names:
      peers: {}
      # peers: { "zTLaRCq/+ZFm6yrYRDBrGkrUkZRkkE0x5z5yDdBtFkI=": laptop }
      files: [] # CSV, YAML, TOML or JSON
      configuration_files: [] # such as /etc/wireguard/wg0.conf: these hold private keys
    peers: [] # the first rule that fits counts
    # peers:
    #   - { name: phone, expect: on_demand }
    #   - { pattern: "^site-", expect: site, stale_after: 10m }
    devices: []
    # devices: [{ name: wg0, required: true }]
    metrics: {}
    # metrics:
    #   wireguard.peer.handshake.attempts: { enabled: false }
    events: {}
    # events:
    #   wireguard.peer.connected: { enabled: true }
    sessions: { mode: auto } # auto, all, changes or off

exporters:
  prometheus: # there unless the file names exporters and not this one
    endpoint: localhost:9586 # an address, or an interface such as wg0:9586
    profiles: [native]
    # web_config_file: /etc/wgotel/web.yaml # certificates and users
  # otlp_grpc:
  #   endpoint: https://collector.example.com:4317
  #   headers: { authorization: "Bearer \${file:/run/secrets/token}" }
  #   sending_queue: { queue_size: 67108864, storage: file_storage } # without storage in memory
  # otlp_http/backup:
  #   endpoint: https://collector.example.com:4318
  # influxdb: # lines as Telegraf writes them, with public keys
  #   endpoint: https://influxdb.example.com:8086
  #   org: example
  #   bucket: wireguard
  #   token: \${file:/run/secrets/influxdb}
  # grafana_live: # the same lines over WebSocket
  #   url: wss://grafana.example.com/api/live/push/wireguard
  #   headers: { authorization: "Bearer \${file:/run/secrets/grafana}" }
  # webhook: # events that are warnings
  #   endpoint: https://ntfy.example.com/wireguard
  #   format: ntfy # json, slack or ntfy

extensions:
  health:
    endpoint: 127.0.0.1:9587
  state_socket:
    path: /run/wgotel/state/wgotel.sock
    mode: '0660'
    # group: wgotel # its default, if there is such a group
  # file_storage: { directory: /var/lib/wgotel, fsync: false } # for each storage above; it must be listed below

service:
  extensions: [health, state_socket]
  # extensions: [health, state_socket, file_storage]
  telemetry:
    logs: { level: info, encoding: console }
    metrics: { level: normal }
    resource: {}
`;
