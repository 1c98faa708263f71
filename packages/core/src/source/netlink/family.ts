import { eachAttribute, malformed, sized, u16, type TakeAttribute } from './attribute.js';
import type { NetlinkClient } from './client.js';
import { NLM_F_REQUEST, type Request } from './message.js';
import { Reply } from './reply.js';

/** The family that knows the others. */
const GENL_ID_CTRL = 16;
const CTRL_CMD_GETFAMILY = 3;
const CTRL_ATTR_FAMILY_ID = 1;
const CTRL_ATTR_FAMILY_NAME = 2;

/** Command, version and two bytes of padding. */
export const GENERIC_HEADER = 4;

/** The header of a generic message. */
export function genericHeader(command: number): Buffer {
  return Buffer.of(command, 1, 0, 0);
}

const WIREGUARD: Request = {
  type: GENL_ID_CTRL,
  flags: NLM_F_REQUEST,
  header: genericHeader(CTRL_CMD_GETFAMILY),
  attributes: [{ type: CTRL_ATTR_FAMILY_NAME, value: Buffer.from('wireguard\0') }],
};

/** Asks which number WireGuard has among the families of generic netlink. Asking loads the kernel's module if it is not there
 *  yet, so this is for those who have seen a device.
 *  Source: linux/genetlink.h. */
export async function wireguardFamily(client: NetlinkClient, signal: AbortSignal): Promise<number> {
  let family: number | undefined;
  const takeAttribute: TakeAttribute = (type, bytes, start, end) => {
    if (type === CTRL_ATTR_FAMILY_ID) family = u16(bytes, sized(start, end, 2));
  };
  const reply = new Reply((bytes, start, end) => eachAttribute(bytes, start + GENERIC_HEADER, end, takeAttribute));
  await client.ask(WIREGUARD, reply, signal);
  if (family === undefined) throw malformed('the number of the family wireguard');
  return family;
}
