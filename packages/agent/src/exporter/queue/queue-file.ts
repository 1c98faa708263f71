import { promisify } from 'node:util';
import { crc32, gunzip, gzip } from 'node:zlib';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** What is in a file: this, the version, the request as gzip makes it, and the CRC-32 of all before, little-endian. */
const MAGIC = Buffer.from('wgotelq');
/** To be raised with every change of what is in a file. */
const VERSION = 1;
const HEADER = Buffer.from([...MAGIC, VERSION]);
const TRAILER = 4;

/** Far more than a request ever has, in bytes: a file that says so is not to eat up the memory. */
export const LARGEST_REQUEST: number = 64 * 1024 * 1024;

/** Why a file can't be used. */
export class QueueFileError extends Error {
  readonly reason: 'damaged' | 'unknown_version';

  constructor(reason: QueueFileError['reason'], message: string) {
    super(message);
    this.name = 'QueueFileError';
    this.reason = reason;
  }
}

/** Makes of a request what is in its file. */
export async function encodeQueueFile(request: Buffer): Promise<Buffer> {
  const file = Buffer.concat([HEADER, await compress(request, { level: 1 }), Buffer.alloc(TRAILER)]);
  file.writeUInt32LE(crc32(file.subarray(0, -TRAILER)), file.length - TRAILER);
  return file;
}

/** Reads a request out of what is in its file.
 *
 *  @throws {QueueFileError} if it is anything but what was written */
export async function decodeQueueFile(file: Buffer): Promise<Buffer> {
  if (file.length < HEADER.length + TRAILER) throw new QueueFileError('damaged', 'it is cut off');
  if (!file.subarray(0, MAGIC.length).equals(MAGIC)) throw new QueueFileError('damaged', 'it is no file of this queue');
  const version = file[MAGIC.length];
  if (version !== VERSION) {
    throw new QueueFileError('unknown_version', `it is of version ${version}, and this wgotel knows ${VERSION}`);
  }
  const end = file.length - TRAILER;
  if (crc32(file.subarray(0, end)) !== file.readUInt32LE(end)) {
    throw new QueueFileError('damaged', 'its checksum is wrong');
  }
  try {
    return await decompress(file.subarray(HEADER.length, end), { maxOutputLength: LARGEST_REQUEST });
  } catch (error) {
    throw new QueueFileError('damaged', `it can't be decompressed: ${(error as NodeJS.ErrnoException).code}`);
  }
}
