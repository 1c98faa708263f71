import type { WireGuardError } from '../errors.js';
import { base64Key } from './bytes.js';
import type { Columns } from './columns.js';
import type { PeerTable } from './peer-table.js';

/** What stands for keys that were not asked for. */
export const HIDDEN = '(hidden)';

/** What stands for what is not set. */
export const NONE = '(none)';

const COMMA = 44;

/** Reads a line about a peer as `wg show all dump` has it: after a first column that is left to the caller, its public key,
 *  preshared key, endpoint, allowed IPs, latest handshake in seconds, bytes received and sent, and keepalive. Of the preshared
 *  key only whether it is there is kept.
 *  Source: wg(8), "show".
 *
 *  @param malformed makes the error that says what was expected */
export function readPeerLine(
  columns: Columns,
  peers: PeerTable,
  malformed: (expected: string) => WireGuardError,
): void {
  const { bytes } = columns;
  const number = (column: number, what: string): number => {
    const value = columns.number(column);
    if (value === -1) throw malformed(`${what} in column ${column + 1} to be a decimal number`);
    return value;
  };
  if (columns.count < 9) throw malformed('a peer line of 9 columns');
  if (!base64Key(bytes, columns.start(1), columns.end(1), peers.key)) throw malformed('a public key in column 2');
  if (!peers.open()) throw malformed('a peer not listed before');
  peers.hasPresharedKey = columns.is(2, HIDDEN) ? undefined : !columns.is(2, NONE);
  if (!columns.is(3, NONE)) peers.endpoint(bytes, columns.start(3), columns.end(3));
  if (!columns.is(4, NONE)) {
    const end = columns.end(4);
    for (let from = columns.start(4), at = from; at <= end; at++) {
      if (bytes[at] !== COMMA && at !== end) continue;
      peers.allowedIP(bytes, from, at);
      from = at + 1;
    }
  }
  peers.handshakeSeconds = number(5, 'the latest handshake');
  peers.receiveBytes = number(6, 'the received bytes');
  peers.transmitBytes = number(7, 'the sent bytes');
  peers.persistentKeepaliveInterval = columns.is(8, 'off') ? 0 : number(8, 'the persistent keepalive');
}
