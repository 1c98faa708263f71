import { WireGuardError } from '../../errors.js';
import type { Namespace } from '../namespace.js';
import { malformed } from './attribute.js';
import { within } from './enter.js';
import { NetlinkError } from './errno.js';
import type { Libc } from './libc.js';

/** A socket to the kernel that never waits. */
export interface NetlinkSocket {
  /** @throws {NetlinkError} */
  send(request: Buffer): void;
  /** Writes the next datagram to the beginning of `into` and returns its length; 0: there is none yet.
   *
   *  @throws {NetlinkError}
   *  @throws {WireGuardError} `PROTOCOL` if it does not fit */
  receive(into: Buffer): number;
  close(): void;
}

/** What is asked in a network namespace. */
export interface NetlinkSockets {
  /** For interfaces. */
  readonly route: NetlinkSocket;
  /** For WireGuard. */
  readonly generic: NetlinkSocket;
}

/** Opens sockets that stay in a network namespace, whatever else goes on in this process.
 *
 *  @throws {WireGuardError} `SOURCE_UNAVAILABLE`, `PERMISSION_DENIED` */
export type OpenSockets = (namespace: Namespace) => NetlinkSockets;

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const SOCK_NONBLOCK = 0o4000;
const NETLINK_ROUTE = 0;
const NETLINK_GENERIC = 16;
const MSG_TRUNC = 0x20;
const EINTR = 4;
const EAGAIN = 11;

/** `struct sockaddr_nl` of the kernel. */
const KERNEL = Buffer.from([AF_NETLINK, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

/** Makes what opens sockets by the functions of libc. */
export function socketsOf(libc: Libc): OpenSockets {
  return (namespace) => within(libc, namespace, () => openBoth(libc));
}

function openBoth(libc: Libc): NetlinkSockets {
  const route = new KernelSocket(libc, NETLINK_ROUTE);
  try {
    return { route, generic: new KernelSocket(libc, NETLINK_GENERIC) };
  } catch (error) {
    route.close();
    throw error;
  }
}

class KernelSocket implements NetlinkSocket {
  readonly #libc: Libc;
  readonly #fd: number;

  constructor(libc: Libc, protocol: number) {
    this.#libc = libc;
    this.#fd = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
    if (this.#fd === -1) throw unavailable(libc);
    // So that nobody but the kernel can answer.
    if (libc.connect(this.#fd, KERNEL, KERNEL.length) === -1) {
      const error = unavailable(libc);
      this.close();
      throw error;
    }
  }

  send(request: Buffer): void {
    if (this.#libc.send(this.#fd, request, request.length, 0) === -1) throw new NetlinkError(this.#libc.errno());
  }

  receive(into: Buffer): number {
    const count = this.#libc.recv(this.#fd, into, into.length, MSG_TRUNC);
    if (count > into.length) {
      into.fill(0);
      throw malformed(`datagrams of ${into.length} bytes at most`);
    }
    if (count >= 0) return count;
    const errno = this.#libc.errno();
    if (errno === EAGAIN || errno === EINTR) return 0;
    throw new NetlinkError(errno);
  }

  close(): void {
    this.#libc.close(this.#fd);
  }
}

/** Says why sockets can't be opened at all. */
function unavailable(libc: Libc): WireGuardError {
  const { message } = new NetlinkError(libc.errno());
  return new WireGuardError(
    'SOURCE_UNAVAILABLE',
    `netlink sockets can't be opened (${message}): a sandbox that allows AF_NETLINK is needed`,
  );
}
