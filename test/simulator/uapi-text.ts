/** The lines of one peer or device, in their order. */
export type Lines = readonly (readonly [key: string, value: string])[];

/** A reply to `get=1`, cut at each `public_key` line. */
export interface UapiText {
  readonly device: Lines;
  readonly peers: readonly Lines[];
}

/** Cuts a reply into lines; all that follows the last peer's lines must be `errno=0` and an empty line. */
export function parseReply(reply: Buffer): UapiText {
  const text = reply.toString('latin1');
  const end = 'errno=0\n\n';
  if (!text.endsWith(`\n${end}`)) throw new Error(`reply does not end with errno=0: ...${text.slice(-40)}`);
  const [device = '', ...peers] = text.slice(0, -end.length).split(/^(?=public_key=)/m);
  return { device: cutLines(device), peers: peers.map(cutLines) };
}

/** Returns the one value of a key. */
export function value(lines: Lines, key: string): string {
  const found = lines.filter(([name]) => name === key);
  if (found.length !== 1) throw new Error(`${found.length} lines of ${key}`);
  return (found[0] as readonly [string, string])[1];
}

/** What a test compares of a peer; the handshake time in ms. */
export interface PeerCounters {
  readonly rx: number;
  readonly tx: number;
  readonly handshake: number;
}

export function counters(peer: Lines): PeerCounters {
  const seconds = Number(value(peer, 'last_handshake_time_sec'));
  const nanoseconds = Number(value(peer, 'last_handshake_time_nsec'));
  return {
    rx: Number(value(peer, 'rx_bytes')),
    tx: Number(value(peer, 'tx_bytes')),
    handshake: seconds * 1000 + nanoseconds / 1e6,
  };
}

function cutLines(text: string): Lines {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)] as const;
    });
}
