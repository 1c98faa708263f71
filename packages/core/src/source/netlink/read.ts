import type { NetlinkClient } from './client.js';
import { genericHeader } from './family.js';
import { NLM_F_DUMP, NLM_F_REQUEST, number32, type Request } from './message.js';
import type { KernelDevice, NetlinkParser } from './parse.js';
import { Reply } from './reply.js';

const WG_CMD_GET_DEVICE = 0;
const WGDEVICE_A_IFINDEX = 1;

/** While a device is configured without a pause, each list is interrupted, so more would not help. */
export const ATTEMPTS = 4;

export interface DeviceReading {
  readonly device: KernelDevice;
  /** Whether it was configured during each attempt: every peer is right, but not all are as of the same instant. */
  readonly interrupted: boolean;
}

/** Reads a device, and does so again if it was configured meanwhile. If it was at each
 *  attempt, the last list that is whole will do.
 *
 *  @param family the number of WireGuard's family
 *  @param index of the device
 *  @param begin begins a reading with the parser
 *  @throws {NetlinkError} if the kernel refuses
 *  @throws {WireGuardError} `PROTOCOL`, `TIMEOUT`, `READ_FAILED` */
export async function readDevice(
  client: NetlinkClient,
  family: number,
  index: number,
  parser: NetlinkParser,
  begin: () => void,
  signal: AbortSignal,
): Promise<DeviceReading> {
  const request: Request = {
    type: family,
    flags: NLM_F_REQUEST | NLM_F_DUMP,
    header: genericHeader(WG_CMD_GET_DEVICE),
    attributes: [{ type: WGDEVICE_A_IFINDEX, value: number32(index) }],
  };
  let device: KernelDevice | undefined;
  let failure: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const reply = new Reply((bytes, start, end) => parser.parse(bytes, start, end));
    begin();
    try {
      await client.ask(request, reply, signal);
      device = parser.end();
      if (!reply.interrupted) return { device, interrupted: false };
    } catch (error) {
      if (!reply.interrupted) throw error;
      failure = error;
    }
  }
  if (device === undefined) throw failure;
  return { device, interrupted: true };
}
