import { DumpParser, LineBuffer, PeerTable, UapiParser } from './internals.js';

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

function feed(pieces: readonly Buffer[], parse: (bytes: Buffer, end: number) => void): void {
  const buffer = new LineBuffer(parse, BUFFER);
  // The buffer zeroes what it is given.
  for (const piece of pieces) buffer.write(Buffer.from(piece));
}
