import { deviceMessages, done, familyMessage, linkMessage, refusal, type Packing, type TestLink } from './datagrams.js';
import type { TestDevice } from './device-text.js';
import type { NetlinkSource } from './internals.js';

type OpenSockets = Awaited<ReturnType<NonNullable<ConstructorParameters<typeof NetlinkSource>[1]>>>;
type NetlinkSocket = ReturnType<OpenSockets>['route'];

/** The number WireGuard has. */
export const FAMILY = 31;
const RTM_GETLINK = 18;
const GENL_ID_CTRL = 16;
const ENODEV = 19;

/** Puts a datagram into a buffer and returns its length, or 0 for nothing yet. */
export type Datagram = (into: Buffer) => number;

/** Stands in for the kernel's end of netlink sockets. What it answers is of the form of a real one's, which the suite `kernel`
 *  compares with. */
export class FakeKernel {
  /** Two peers a message, and an allowed IP of each, so that there are pieces of everything. */
  packing: Packing = { peers: 2, allowedIPs: 1 };
  /** Interfaces besides the devices. */
  links: readonly TestLink[] = [{ name: 'lo', index: 1, up: true }];
  /** Answers a request for a device in the place of its list. Asked at each request. */
  answer: (device: TestDevice) => readonly Datagram[] | undefined = () => undefined;
  /** Sockets that are open. */
  open = 0;
  /** Requests for devices so far. */
  dumps = 0;
  #devices: readonly TestDevice[] = [];
  readonly #indexes = new Map<string, number>();

  serve(devices: readonly TestDevice[]): void {
    this.#devices = devices;
    for (const { name } of devices) if (!this.#indexes.has(name)) this.#indexes.set(name, this.#indexes.size + 10);
  }

  /** The list of a device as datagrams. */
  listOf(device: TestDevice, packing: Packing = this.packing): Datagram[] {
    return deviceMessages(FAMILY, device, packing).map(whole);
  }

  readonly sockets: OpenSockets = () => ({ route: this.#socket(), generic: this.#socket() });

  #socket(): NetlinkSocket {
    this.open++;
    let waiting: Datagram[] = [];
    let number = 0;
    return {
      send: (request) => {
        if (waiting.length > 0) throw new Error('EBUSY: the last list is not at its end');
        number = request.readUInt32LE(8);
        waiting = [...this.#answer(request)];
      },
      receive: (into) => {
        const length = waiting.shift()?.(into) ?? 0;
        for (let at = 0; at + 12 <= length; at += Math.max(16, into.readUInt32LE(at)))
          into.writeUInt32LE(number, at + 8);
        return length;
      },
      close: () => {
        this.open--;
      },
    };
  }

  #answer(request: Buffer): readonly Datagram[] {
    const type = request.readUInt16LE(4);
    if (type === RTM_GETLINK) {
      const devices = this.#devices.map(({ name }) => ({
        name,
        index: this.#index(name),
        up: true,
        kind: 'wireguard',
      }));
      return [whole(Buffer.concat([...this.links, ...devices].map(linkMessage))), whole(done())];
    }
    if (type === GENL_ID_CTRL) return [whole(familyMessage(FAMILY))];
    this.dumps++;
    const index = request.readUInt32LE(24);
    const device = this.#devices.find(({ name }) => this.#index(name) === index);
    if (device === undefined) return [whole(refusal(ENODEV))];
    return this.answer(device) ?? this.listOf(device);
  }

  #index(name: string): number {
    return this.#indexes.get(name)!;
  }
}

/** A datagram of these bytes. */
export const whole =
  (bytes: Buffer): Datagram =>
  (into) =>
    bytes.copy(into);
