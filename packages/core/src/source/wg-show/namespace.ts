import { isAbsolute } from 'node:path';
import { WireGuardError } from '../../errors.js';
import { readLink, type Link } from '../link.js';
import { runWg } from './run.js';

/** A network namespace to look into. */
export interface Namespace {
  /** As it was named. `undefined`: this process's own. */
  readonly name: string | undefined;
  /** What goes before a command so that it runs there. */
  readonly enter: readonly string[];
}

export const OWN: Namespace = { name: undefined, enter: [] };

/** Takes a name as `ip netns` has it, an absolute path, or `pid:N`.
 *
 *  @throws {WireGuardError} `INVALID_OPTION` */
export function namespaceOf(name: string): Namespace {
  const pid = /^pid:(\d{1,10})$/.exec(name)?.[1];
  // A name is one part of a path below /run/netns, and must not become an option of nsenter.
  const isName = /^[\w@+:][\w@+:.-]*$/.test(name);
  if (pid === undefined && !isName && !isAbsolute(name)) {
    throw new WireGuardError(
      'INVALID_OPTION',
      `netns: expected the name of a network namespace, an absolute path or pid:N, not '${name.slice(0, 80)}'`,
    );
  }
  const path = pid === undefined ? (isAbsolute(name) ? name : `/run/netns/${name}`) : `/proc/${pid}/ns/net`;
  return { name, enter: ['nsenter', `--net=${path}`, '--'] };
}

/** What the kernel says of the interfaces of a namespace. `undefined`: it can't be asked there, as there is no `ip`. */
export async function readLinks(
  { name, enter }: Namespace,
  signal: AbortSignal,
): Promise<((device: string) => Promise<Link | undefined>) | undefined> {
  if (name === undefined) return readLink;
  const chunks: Buffer[] = [];
  try {
    const args = ['-json', '-details', 'link', 'show'];
    const { exitCode } = await runWg([...enter, 'ip'], args, (chunk) => chunks.push(Buffer.from(chunk)), signal);
    if (exitCode !== 0) return undefined;
    const links = JSON.parse(Buffer.concat(chunks).toString()) as IpLink[];
    const byName = new Map(links.map((link) => [link.ifname, toLink(link)]));
    return async (device) => byName.get(device);
  } catch {
    return undefined;
  }
}

/** As `ip -json -details link show` prints it. */
interface IpLink {
  readonly ifname: string;
  readonly ifindex: number;
  readonly flags?: readonly string[];
  readonly linkinfo?: { readonly info_kind?: string };
}

function toLink({ ifindex, flags = [], linkinfo }: IpLink): Link {
  return { up: flags.includes('UP'), index: ifindex, wireguard: linkinfo?.info_kind === 'wireguard' };
}
