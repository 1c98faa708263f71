import { readLink, type Link } from '../link.js';
import type { Namespace } from '../namespace.js';
import { runWg } from './run.js';

/** What goes before a command so that it runs in a namespace. */
export function entering({ path }: Namespace): readonly string[] {
  return path === undefined ? [] : ['nsenter', `--net=${path}`, '--'];
}

/** What the kernel says of the interfaces of a namespace. `undefined`: it can't be asked there, as there is no `ip`. */
export async function readLinks(
  namespace: Namespace,
  signal: AbortSignal,
): Promise<((device: string) => Link | undefined) | undefined> {
  if (namespace.name === undefined) return readLink;
  const chunks: Buffer[] = [];
  try {
    const args = ['-json', '-details', 'link', 'show'];
    const { exitCode } = await runWg(
      [...entering(namespace), 'ip'],
      args,
      (chunk) => chunks.push(Buffer.from(chunk)),
      signal,
    );
    if (exitCode !== 0) return undefined;
    const links = JSON.parse(Buffer.concat(chunks).toString()) as IpLink[];
    const byName = new Map(links.map((link) => [link.ifname, toLink(link)]));
    return (device) => byName.get(device);
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
