/**
 * Serves a device of which 5 % of the peers are in use at any time, in a process of its own:
 *   node idle-device.js SOCKET PEERS INTERVAL
 * Each connection finds it INTERVAL seconds later than the one before. Prints a line when it listens.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';

/** When the device was made, in seconds since the epoch. */
const EPOCH = 1_795_000_000;

/** In seconds: a peer is in use for ten minutes every 200. */
const PERIOD = 12_000;
const IN_USE = 0.05;
const REKEY = 120;

const [path, peers, interval] = [process.argv[2]!, Number(process.argv[3]), Number(process.argv[4])];
const keys = Array.from({ length: peers }, (_, i) => createHash('sha256').update(String(i)).digest('hex'));
let readings = 0;

createServer((socket) => {
  socket.on('error', () => undefined);
  socket.once('data', () => socket.end(answer(readings++ * interval)));
}).listen(path, () => console.log('listening'));

/** What the device says after some seconds. */
function answer(elapsed: number): string {
  const lines = ['listen_port=51820'];
  for (const [i, key] of keys.entries()) {
    const offset = (i * 0.618) % 1;
    // All were in use before.
    const cycles = Math.floor(elapsed / PERIOD + offset) + 1;
    const begun = (cycles - 1 - offset) * PERIOD;
    const used = Math.min(elapsed - begun, IN_USE * PERIOD);
    const total = cycles * IN_USE * PERIOD + used;
    lines.push(
      `public_key=${key}`,
      `preshared_key=${'0'.repeat(64)}`,
      'protocol_version=1',
      `endpoint=198.18.${(i >> 8) & 255}.${i & 255}:${1024 + (i % 60_000)}`,
      `last_handshake_time_sec=${EPOCH + Math.floor(begun + Math.floor(used / REKEY) * REKEY)}`,
      'last_handshake_time_nsec=0',
      `tx_bytes=${Math.floor(total) * 1000}`,
      `rx_bytes=${Math.floor(total) * 700}`,
      'persistent_keepalive_interval=0',
      `allowed_ip=10.${i >> 16}.${(i >> 8) & 255}.${i & 255}/32`,
    );
  }
  return `${lines.join('\n')}\nerrno=0\n\n`;
}
