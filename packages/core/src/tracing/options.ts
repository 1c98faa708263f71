import { inspect } from 'node:util';
import { WireGuardError } from '../errors.js';
import { runAtOnce } from '../model/slices.js';
import { Prefixes, PrefixLists } from './tunnel-table.js';

export interface TunnelSpanProcessorOptions {
  /** What shows that a span went through a tunnel. `route`, the default: this host's kernel would send to the address out of
   *  the device, whose allowed IPs hold it. `allowed_ips`: the allowed IPs alone; such spans are marked with
   *  `wireguard.tunnel.match`, as some of them went another way. */
  readonly match?: 'route' | 'allowed_ips' | undefined;
  /** Devices that everything in their allowed IPs goes through although this host's routes can't show it: without an address
   *  of their own, or in the namespace of a gateway. */
  readonly devices?: readonly string[] | undefined;
  /** The same for parts of the address space: prefixes in CIDR form by device. */
  readonly prefixes?: Readonly<Record<string, readonly string[]>> | undefined;
  /** The network namespace of the devices, as the feed names it. Default: the one that it names no namespace for. */
  readonly netns?: string | undefined;
  /** Looks names up that no connection has told the address of, beside the span and never waited for. Default: false. */
  readonly dns?: boolean | undefined;
}

export interface ResolvedTracingOptions {
  readonly match: 'route' | 'allowed_ips';
  /** What is said to go through a device. `undefined`: every address. */
  readonly declared: ReadonlyMap<string, Prefixes | undefined>;
  readonly netns: string | undefined;
  readonly dns: boolean;
}

/** Fills in what was not given.
 *
 *  @throws {WireGuardError} `INVALID_OPTION` */
export function resolveTracingOptions(options: TunnelSpanProcessorOptions): ResolvedTracingOptions {
  const { match = 'route', devices = [], prefixes = {}, netns, dns = false } = options;
  if (match !== 'route' && match !== 'allowed_ips') {
    throw invalid('match', `'route' or 'allowed_ips'`, match);
  }
  const declared = new Map<string, Prefixes | undefined>();
  for (const [device, texts] of Object.entries(prefixes)) declared.set(device, tableOf(device, texts));
  for (const device of devices) declared.set(device, undefined);
  return { match, declared, netns, dns };
}

function tableOf(device: string, texts: readonly string[]): Prefixes {
  const lists = new PrefixLists();
  for (const text of texts) {
    if (!lists.add(text, 0)) throw invalid(`prefixes.${device}`, 'prefixes such as 10.0.0.0/8', text);
  }
  return runAtOnce(Prefixes.build(lists));
}

function invalid(option: string, expected: string, value: unknown): WireGuardError {
  return new WireGuardError('INVALID_OPTION', `${option}: expected ${expected}, not ${inspect(value)}`);
}
