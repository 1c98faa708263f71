import { DumpParser, LineBuffer, NetlinkParser, PeerTable, Reply, UapiParser } from './internals.js';

/** When readings take place, in milliseconds since the epoch. */
export const NOW = 1.8e12;

/** Small enough for lines to outgrow it. */
const BUFFER = 32;

/** Parses a reply to `get=1` that arrives in pieces. */
export function parseUapi(
  pieces: readonly Buffer[],
  parser: InstanceType<typeof UapiParser> = new UapiParser(),
): unknown {
  parser.begin(NOW);
  feed(pieces, (bytes, end) => parser.parse(bytes, end));
  if (!parser.done) throw new Error('the parser does not take the reply for complete');
  const { peers, ...device } = parser.end();
  return { device, peers };
}

/** Parses the output of `wg show all dump` that arrives in pieces. */
export function parseDump(pieces: readonly Buffer[]): unknown {
  const parser = new DumpParser(() => new PeerTable(), NOW);
  feed(pieces, (bytes, end) => parser.parse(bytes, end));
  return parser.finish();
}

/** Parses datagrams of netlink, each as its length in 4 bytes and its bytes. */
export function parseNetlink(
  recording: Buffer,
  parser: InstanceType<typeof NetlinkParser> = new NetlinkParser(),
): ReturnType<InstanceType<typeof NetlinkParser>['end']> {
  parser.begin(NOW, (index) => (index === 1 ? 'lo' : undefined));
  const reply = new Reply((bytes, start, end) => parser.parse(bytes, start, end));
  const number = recording.length < 16 ? 0 : recording.readUInt32LE(12);
  for (let at = 0; at + 4 <= recording.length;) {
    const end = at + 4 + recording.readUInt32LE(at);
    const datagram = Buffer.from(recording.subarray(at + 4, end));
    reply.feed(datagram, datagram.length, number);
    at = end;
  }
  if (!reply.done) throw new Error('the parser does not take the reply for complete');
  return parser.end();
}

function feed(pieces: readonly Buffer[], parse: (bytes: Buffer, end: number) => void): void {
  const buffer = new LineBuffer(parse, BUFFER);
  // The buffer zeroes what it is given.
  for (const piece of pieces) buffer.write(Buffer.from(piece));
}
