import { crc32 } from 'node:zlib';
import { decodeQueueFile, encodeQueueFile, QueueFileError } from '@wgotel/agent';
import type { FuzzTarget } from '../target.js';

const REQUESTS = [Buffer.alloc(0), Buffer.from('request'), Buffer.alloc(3000, 'wireguard.peer.io')];
const FILES = await Promise.all(REQUESTS.map(encodeQueueFile));

/** Reads a file. Only what was written may come out of one whose checksum was not made to fit. */
async function read(file: Buffer, isOurs: (request: Buffer) => boolean): Promise<void> {
  let request: Buffer;
  try {
    request = await decodeQueueFile(file);
  } catch (error) {
    if (!(error instanceof QueueFileError)) throw error;
    return;
  }
  if (!isOurs(request)) throw new Error('something else was read than was written');
}

export const QUEUE_TARGET: FuzzTarget = {
  name: 'queue',
  corpus: FILES,
  run: async (input) => {
    await read(input, (request) => REQUESTS.some((each) => each.equals(request)));
    if (input.length < 4) return;
    // The same with a checksum that fits, so that what is behind it has to stand it too.
    const repaired = Buffer.from(input);
    repaired.writeUInt32LE(crc32(repaired.subarray(0, -4)), repaired.length - 4);
    await read(repaired, () => true);
  },
};
