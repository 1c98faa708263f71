import { align, ATTRIBUTE_HEADER } from './attribute.js';

/** A message to the kernel without its number.
 *  Source: netlink(7); linux/netlink.h, `struct nlmsghdr`. */
export interface Request {
  readonly type: number;
  readonly flags: number;
  /** What stands before the attributes: the header of the family that is asked. */
  readonly header: Buffer;
  readonly attributes: readonly Attribute[];
}

export interface Attribute {
  readonly type: number;
  readonly value: Buffer;
}

/** Length, type, flags, number and port. */
export const MESSAGE_HEADER = 16;

export const NLM_F_REQUEST = 1;
/** The answer is a list, in as many messages as it takes. */
export const NLM_F_DUMP = 0x300;

/** Writes a request. */
export function encode({ type, flags, header, attributes }: Request, number: number): Buffer {
  const parts = [header, ...attributes.map(encodeAttribute)];
  const bytes = Buffer.concat([Buffer.alloc(MESSAGE_HEADER), ...parts]);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt16LE(type, 4);
  bytes.writeUInt16LE(flags, 6);
  bytes.writeUInt32LE(number, 8);
  return bytes;
}

function encodeAttribute({ type, value }: Attribute): Buffer {
  const bytes = Buffer.alloc(align(ATTRIBUTE_HEADER + value.length));
  bytes.writeUInt16LE(ATTRIBUTE_HEADER + value.length, 0);
  bytes.writeUInt16LE(type, 2);
  value.copy(bytes, ATTRIBUTE_HEADER);
  return bytes;
}

/** A number as the value of an attribute. */
export function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value, 0);
  return bytes;
}
