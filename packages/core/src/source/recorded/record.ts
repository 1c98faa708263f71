import { createHash, randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Device, Peer } from '../../model/device.js';
import type { Snapshot } from '../../model/snapshot.js';
import { parseEndpoint } from '../../model/endpoint.js';

/** Raised when those who read an earlier one would misread it. */
export const RECORDING_VERSION = 1;

/** Writes down what was read so that it can be shown to others: public keys become pseudonyms that can't be turned back,
 *  addresses become such of the ranges for documentation (RFC 5737 and 3849, and for benchmarks, RFC 2544, once those are used
 *  up), one for one. Private and preshared keys and names are not in a snapshot to begin with. What stays as it is: names of
 *  interfaces and namespaces, ports, counters, times, the lengths of prefixes, and default routes. */
export function recordingOf({
  takenAt,
  devices,
  failures,
}: Pick<Snapshot, 'takenAt' | 'devices' | 'failures'>): string {
  const disguise = new Disguise();
  const document = {
    version: RECORDING_VERSION,
    takenAt,
    devices: devices.map((device) => disguise.device(device)),
    // Messages may name files and hosts.
    failures: failures.map(({ source, device, netns, code }) => ({ source, device, netns, code })),
  };
  return `${JSON.stringify(document, undefined, 1)}\n`;
}

class Disguise {
  /** Forgotten with the recording: nobody who knows a key can look for it there. */
  readonly #salt = randomBytes(32);
  readonly #addresses = new Map<string, string>();
  readonly #counts = { 4: 0, 6: 0 };

  device(device: Device): Device {
    const publicKey = device.publicKey === undefined ? undefined : this.#key(device.publicKey);
    return { ...device, publicKey, peers: device.peers.map((peer) => this.#peer(peer)) };
  }

  #peer(peer: Peer): Peer {
    return {
      ...peer,
      publicKey: this.#key(peer.publicKey),
      endpoint: peer.endpoint === undefined ? undefined : this.#endpoint(peer.endpoint),
      allowedIPs: peer.allowedIPs.map((prefix) => this.#prefix(prefix)),
    };
  }

  #key(publicKey: string): string {
    return createHash('sha256').update(this.#salt).update(publicKey).digest('base64');
  }

  #endpoint(endpoint: string): string {
    const { address, port, family } = parseEndpoint(endpoint);
    return family === 6 ? `[${this.#address(address)}]:${port}` : `${this.#address(address)}:${port}`;
  }

  #prefix(prefix: string): string {
    const [address = '', length] = prefix.split('/');
    return length === '0' ? prefix : `${this.#address(address)}/${length}`;
  }

  #address(address: string): string {
    let found = this.#addresses.get(address);
    if (found === undefined) {
      const family = isIPv6(address.replace(/%.*/, '')) ? 6 : 4;
      const index = ++this.#counts[family];
      found = family === 6 ? `2001:db8::${(index >>> 16).toString(16)}:${(index & 0xffff).toString(16)}` : ipv4(index);
      this.#addresses.set(address, found);
    }
    return found;
  }
}

const DOCUMENTATION = ['192.0.2', '198.51.100', '203.0.113'];

function ipv4(index: number): string {
  const network = DOCUMENTATION[Math.floor(index / 256)];
  if (network !== undefined) return `${network}.${index % 256}`;
  const benchmark = index & 0x1ffff;
  return `198.${18 + (benchmark >>> 16)}.${(benchmark >>> 8) & 255}.${benchmark & 255}`;
}
