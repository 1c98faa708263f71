import type { Link } from '../link.js';
import { eachAttribute, malformed, u32 } from './attribute.js';
import type { NetlinkClient } from './client.js';
import { NLM_F_DUMP, NLM_F_REQUEST, number32, type Request } from './message.js';
import { Reply } from './reply.js';

const RTM_GETLINK = 18;
/** `struct ifinfomsg`: family, type, index, flags, change. */
const LINK_HEADER = 16;
const INDEX = 4;
const FLAGS = 8;
const IFF_UP = 1;
const IFLA_IFNAME = 3;
const IFLA_LINKINFO = 18;
const IFLA_EXT_MASK = 29;
const IFLA_INFO_KIND = 1;
const RTEXT_FILTER_SKIP_STATS = 8;

export interface NamedLink extends Link {
  readonly name: string;
}

/** All interfaces, without their counters.
 *  Source: rtnetlink(7); linux/if_link.h. */
const ALL_LINKS: Request = {
  type: RTM_GETLINK,
  flags: NLM_F_REQUEST | NLM_F_DUMP,
  header: Buffer.alloc(LINK_HEADER),
  attributes: [{ type: IFLA_EXT_MASK, value: number32(RTEXT_FILTER_SKIP_STATS) }],
};

/** Lists the interfaces of a client's network namespace. */
export async function listLinks(client: NetlinkClient, signal: AbortSignal): Promise<NamedLink[]> {
  const links: NamedLink[] = [];
  await client.ask(ALL_LINKS, new Reply((bytes, start, end) => links.push(parseLink(bytes, start, end))), signal);
  return links;
}

/** Parses a message that describes an interface.
 *
 *  @throws {WireGuardError} `PROTOCOL` */
export function parseLink(bytes: Buffer, start: number, end: number): NamedLink {
  if (end - start < LINK_HEADER) throw malformed('the header of an interface');
  let name: string | undefined;
  let kind: string | undefined;
  eachAttribute(bytes, start + LINK_HEADER, end, (type, _, from, to) => {
    if (type === IFLA_IFNAME) name = textOf(bytes, from, to);
    if (type !== IFLA_LINKINFO) return;
    eachAttribute(bytes, from, to, (inner, __, textFrom, textTo) => {
      if (inner === IFLA_INFO_KIND) kind = textOf(bytes, textFrom, textTo);
    });
  });
  if (name === undefined) throw malformed('the name of an interface');
  const up = (u32(bytes, start + FLAGS) & IFF_UP) !== 0;
  return { name, index: u32(bytes, start + INDEX), up, wireguard: kind === 'wireguard' };
}

/** IFNAMSIZ, which holds for the names of kinds too. */
const LONGEST_TEXT = 16;

/** The text in a value, which ends with a zero. */
function textOf(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('latin1', start, Math.min(end, start + LONGEST_TEXT)).replace(/\0.*$/s, '');
}
