import type { Device, Peer } from '../../model/device.js';
import type { Reading } from '../../model/snapshot.js';
import { HIDDEN, NONE } from '../peer-line.js';
import { READER_PROTOCOL, SET } from './protocol.js';

/** Bytes that are put into one piece, about: what is written within a fraction of a millisecond. */
const PIECE = 64 * 1024;

/** Writes a reading as a reader answers it, in pieces: all that is known but private and preshared keys, which no reading
 *  has. Public keys are in it: a peer is told by its key.
 *
 *  @param program version of the program that answers */
export function* writeReading({ devices, failures, notes }: Reading, program: string): Generator<Buffer, void> {
  let text = READER_PROTOCOL.header(program);
  for (const { peers, ...facts } of devices) {
    text += lineOf('device', facts satisfies Omit<Device, 'peers'>);
    for (const peer of peers) {
      text += peerLine(peer);
      if (text.length < PIECE) continue;
      yield Buffer.from(text);
      text = '';
    }
  }
  for (const failure of failures) text += lineOf('failure', failure);
  for (const note of notes) text += lineOf('note', note);
  yield Buffer.from(`${text}end\n`);
}

function lineOf(kind: string, content: object): string {
  return `${kind}\t${JSON.stringify(content)}\n`;
}

function peerLine(peer: Peer): string {
  const { publicKey, hasPresharedKey, endpoint, allowedIPs, lastHandshakeTime = 0, persistentKeepaliveInterval } = peer;
  const presharedKey = hasPresharedKey === undefined ? HIDDEN : hasPresharedKey ? SET : NONE;
  const prefixes = allowedIPs.length === 0 ? NONE : allowedIPs.join();
  const seconds = Math.floor(lastHandshakeTime / 1000);
  const io = `${peer.receiveBytes}\t${peer.transmitBytes}`;
  const keepalive = persistentKeepaliveInterval ?? 'off';
  return `peer\t${publicKey}\t${presharedKey}\t${endpoint ?? NONE}\t${prefixes}\t${seconds}\t${io}\t${keepalive}\t${Math.floor(lastHandshakeTime - seconds * 1000)}\n`;
}
