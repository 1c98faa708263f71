import { inspect } from 'node:util';
import { WireGuardError } from '../errors.js';
import { parseEndpoint } from '../model/endpoint.js';
import { HASH, type Identity } from '../model/identity.js';
import { tunnelId } from '../model/key.js';
import { subnetOf } from '../model/subnet.js';
import type { EventAttributes } from './events/event.js';
import { shown } from './events/wording.js';
import {
  ATTR_PEER_ENDPOINT_ADDRESS,
  ATTR_PEER_ENDPOINT_NAME_ADDRESSES,
  ATTR_PEER_ENDPOINT_NAME_HOST,
  ATTR_PEER_ENDPOINT_PORT,
  ATTR_PEER_PREVIOUS_ENDPOINT_ADDRESS,
  ATTR_PEER_PREVIOUS_ENDPOINT_PORT,
} from './names.js';

export const ENDPOINT_MODES = ['full', 'subnet', 'off'] as const;

/** What is told of where a peer is:
 *  - `full`: address and port
 *  - `subnet`: the first address of its /24 or /48, and no port
 *  - `off`: nothing */
export type EndpointMode = (typeof ENDPOINT_MODES)[number];

/** Decides what events and spans say of keys and endpoints: whatever they say of them comes from here. */
export class Disclosure {
  readonly identity: Identity;
  readonly #endpoints: EndpointMode;

  /** @throws {WireGuardError} `INVALID_OPTION` */
  constructor(identity: Identity = HASH, endpoints: EndpointMode = 'full') {
    if (!ENDPOINT_MODES.includes(endpoints)) {
      const message = `endpoints: expected one of ${ENDPOINT_MODES.join(', ')}, not ${inspect(endpoints)}`;
      throw new WireGuardError('INVALID_OPTION', message);
    }
    this.identity = identity;
    this.#endpoints = endpoints;
  }

  /** An attribute for the tunnel between two ends. None if the device has no key. */
  tunnel(attribute: string, devicePublicKey: string | undefined, peerPublicKey: string): EventAttributes {
    const id = tunnelId(devicePublicKey, peerPublicKey, this.identity);
    return id === undefined ? {} : { [attribute]: id };
  }

  /** None if no endpoint is known, or none is told. */
  endpoint(endpoint: string | undefined): EventAttributes {
    return this.#attributes(endpoint, ATTR_PEER_ENDPOINT_ADDRESS, ATTR_PEER_ENDPOINT_PORT);
  }

  previousEndpoint(endpoint: string | undefined): EventAttributes {
    return this.#attributes(endpoint, ATTR_PEER_PREVIOUS_ENDPOINT_ADDRESS, ATTR_PEER_PREVIOUS_ENDPOINT_PORT);
  }

  /** Of an endpoint that is given by a host's name, which stands for addresses: the name itself is as good as they are. */
  endpointName(host: string, addresses: readonly string[]): EventAttributes {
    if (this.#endpoints === 'off') return {};
    const told = new Set(addresses.flatMap((address) => this.#address(address) ?? []));
    return {
      ...(this.#endpoints === 'full' && { [ATTR_PEER_ENDPOINT_NAME_HOST]: host }),
      [ATTR_PEER_ENDPOINT_NAME_ADDRESSES]: [...told],
    };
  }

  /** An endpoint in words. `undefined`: none is known, or none is told. */
  whereIs(endpoint: string | undefined): string | undefined {
    if (endpoint === undefined || this.#endpoints === 'full') return endpoint && shown(endpoint);
    return this.#inWords(parseEndpoint(endpoint).address);
  }

  /** What a host's name stands for, in words. `undefined`: it is not told. */
  whatNameMeans(host: string, addresses: readonly string[]): string | undefined {
    if (this.#endpoints === 'off') return undefined;
    const told = new Set(addresses.flatMap((address) => this.#inWords(address) ?? []));
    return `${this.#endpoints === 'full' ? shown(host) : 'it'} stands for ${[...told].join(', ')}`;
  }

  #attributes(endpoint: string | undefined, ofAddress: string, ofPort: string): EventAttributes {
    if (endpoint === undefined) return {};
    const { address, port } = parseEndpoint(endpoint);
    const told = this.#address(address);
    if (told === undefined) return {};
    return { [ofAddress]: told, ...(this.#endpoints === 'full' && { [ofPort]: port }) };
  }

  #address(address: string): string | undefined {
    if (this.#endpoints === 'full') return address;
    return this.#endpoints === 'subnet' ? subnetOf(address)?.address : undefined;
  }

  #inWords(address: string): string | undefined {
    if (this.#endpoints === 'full') return shown(address);
    const subnet = this.#endpoints === 'subnet' ? subnetOf(address) : undefined;
    return subnet && `${subnet.address}/${subnet.length}`;
  }
}
