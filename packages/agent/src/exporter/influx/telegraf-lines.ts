import type { Attributes, DeviceView, EndpointMode, Frame, PeerView, Series } from '@wgotel/core';
import type { EncodedRequest } from '../../otlp/request.js';
import { isGone } from '../gone.js';
import { DEVICE_TYPES, NEVER } from '../telegraf-values.js';
import { stringField, tagValue } from './escape.js';

/** Grafana closes a connection on which a message is larger than 1 MiB. */
export const LARGEST_MESSAGE: number = 1_000_000;

/** Peers between two pauses. */
const BATCH = 128;

/** Writes in line protocol what Telegraf's input `wireguard` would say. What it says of one device or peer in two lines is in
 *  one here; to InfluxDB that is the same.
 *  Source: https://github.com/influxdata/telegraf/blob/master/plugins/inputs/wireguard/wireguard.go */
export class TelegrafLines {
  readonly #host: string;
  readonly #endpoints: EndpointMode;
  readonly #limit: number;
  /** Measurement and tags, written once in the life of a series. */
  readonly #heads = new WeakMap<Series, string>();

  /** @param resource what says the tag `host`
   *  @param endpoints only with `full` it is told where peers are
   *  @param limit how large a request gets at most, in bytes */
  constructor(resource: Attributes, endpoints: EndpointMode, limit: number = LARGEST_MESSAGE) {
    this.#host = tag('host', resource['host.name']?.toString());
    this.#endpoints = endpoints;
    this.#limit = limit;
  }

  /** Requests for all devices that were read, and their peers but for those beyond the peer limit. In between it pauses, for
   *  the event loop's sake. */
  *requests({ devices }: Frame): Generator<EncodedRequest | undefined, void> {
    let lines: string[] = [];
    let size = 0;
    for (const device of devices) {
      // Nobody knows what one is like that could not be read.
      if (device.up === undefined || isGone(device)) continue;
      const time = nanoseconds(device.readTime);
      const { peers } = device;
      for (let at = -1; at < peers.length; at++) {
        if (at >= 0 && !peers[at]!.individual) continue;
        const line = at < 0 ? this.#device(device, time) : this.#peer(peers[at]!, time);
        const length = Buffer.byteLength(line);
        if (size > 0 && size + length > this.#limit) {
          yield toRequest(lines);
          [lines, size] = [[], 0];
        }
        lines.push(line);
        size += length;
        if (at % BATCH === BATCH - 1) yield undefined;
      }
    }
    if (lines.length > 0) yield toRequest(lines);
  }

  #device({ series, device, peers }: DeviceView, time: string): string {
    const head = this.#head(series, () => {
      const own = [tag('name', series.device), tag('netns', series.netns), tag('type', DEVICE_TYPES[device.type])];
      return `wireguard_device${this.#host}${own.join('')}`;
    });
    const { listenPort = 0, firewallMark = 0 } = device;
    return `${head} listen_port=${listenPort}i,firewall_mark=${firewallMark}i,peers=${peers.length}i ${time}\n`;
  }

  #peer({ series, peer }: PeerView, time: string): string {
    const head = this.#head(series, () => {
      const own = [tag('netns', series.netns), tag('public_key', peer.publicKey)];
      return `wireguard_peer${tag('device', series.device)}${this.#host}${own.join('')}`;
    });
    const { persistentKeepaliveInterval: keepalive = 0, lastHandshakeTime: handshake, allowedIPs, endpoint } = peer;
    const fields = [
      `persistent_keepalive_interval_ns=${keepalive * 1e9}i`,
      'protocol_version=1i',
      `allowed_ips=${allowedIPs.length}i`,
      ...(allowedIPs.length > 0 ? [`allowed_peer_cidr=${stringField(allowedIPs.join(','))}`] : []),
      ...(endpoint !== undefined && this.#endpoints === 'full' ? [`endpoint=${stringField(endpoint)}`] : []),
      `last_handshake_time_ns=${handshake === undefined ? NEVER : nanoseconds(handshake)}i`,
      `rx_bytes=${peer.receiveBytes}i`,
      `tx_bytes=${peer.transmitBytes}i`,
    ];
    return `${head} ${fields.join(',')} ${time}\n`;
  }

  #head(series: Series, write: () => string): string {
    let head = this.#heads.get(series);
    if (head === undefined) this.#heads.set(series, (head = write()));
    return head;
  }
}

/** A tag can't be empty. */
function tag(name: string, value: string | undefined): string {
  const text = tagValue(value ?? '');
  return text === '' ? '' : `,${name}=${text}`;
}

/** Nanoseconds since the epoch, to the microsecond, of milliseconds: more than a number holds. */
function nanoseconds(millis: number): string {
  return `${Math.round(millis * 1000)}000`;
}

function toRequest(lines: readonly string[]): EncodedRequest {
  return { bytes: Buffer.from(lines.join('')), items: lines.length, release: () => undefined };
}
