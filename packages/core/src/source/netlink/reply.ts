import { align, malformed, u16, u32 } from './attribute.js';
import { NetlinkError } from './errno.js';
import { MESSAGE_HEADER } from './message.js';

const NLMSG_NOOP = 1;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLM_F_MULTI = 2;
const NLM_F_DUMP_INTR = 0x10;

/** Takes `bytes[start, end)`: what one message holds, its netlink header apart. */
export type TakeMessage = (bytes: Buffer, start: number, end: number) => void;

/** Takes the answer to one request, which is one or more datagrams of one or more messages each. */
export class Reply {
  /** Whether its end was seen. */
  done = false;
  /** Whether what was listed changed meanwhile, so that the list is of no single instant. */
  interrupted = false;
  readonly #take: TakeMessage;

  constructor(take: TakeMessage) {
    this.#take = take;
  }

  /** Takes the datagram in `bytes[0, count)`, or those of its messages that answer the request of this number.
   *
   *  @throws {NetlinkError} if the kernel answers with an error
   *  @throws {WireGuardError} `PROTOCOL` */
  feed(bytes: Buffer, count: number, number: number): void {
    for (let at = 0, end; at + MESSAGE_HEADER <= count; at = align(end)) {
      const length = u32(bytes, at);
      if (length < MESSAGE_HEADER || length > count - at) throw malformed('a message within its datagram');
      end = at + length;
      const type = u16(bytes, at + 4);
      if (u32(bytes, at + 8) !== number || type === NLMSG_NOOP) continue;
      const flags = u16(bytes, at + 6);
      if ((flags & NLM_F_DUMP_INTR) !== 0) this.interrupted = true;
      if (type === NLMSG_ERROR || type === NLMSG_DONE) {
        this.done = true;
        const errno = length < MESSAGE_HEADER + 4 ? 0 : -bytes.readInt32LE(at + MESSAGE_HEADER);
        if (errno < 0) throw malformed('the number of an error');
        if (errno > 0) throw new NetlinkError(errno);
        return;
      }
      if ((flags & NLM_F_MULTI) === 0) this.done = true;
      this.#take(bytes, at + MESSAGE_HEADER, end);
    }
  }
}
