/**
 * Reacts to tunnels that break and come back:
 *   node build/examples/react/main.js [DIRECTORY] [INTERVAL] [STALE_AFTER]
 * DIRECTORY holds sockets of userspace devices; without it, all devices of the host are read, which takes the privileges
 * of `wg show`. It is read every INTERVAL, and a tunnel is broken when its last handshake is older than STALE_AFTER: both
 * in milliseconds, 15 s and five minutes by default.
 */
import { WireGuardReceiver, type PeerStateChanged } from '@wgotel/core';

const [directory, interval = '15000', staleAfter = '300000'] = process.argv.slice(2);

const receiver = new WireGuardReceiver({
  ...(directory !== undefined && { source: 'uapi', sourceOptions: { directory } }),
  // Whoever it is, it ought to be there.
  expectations: () => ({ expect: 'always', staleAfter: Number(staleAfter) }),
  collectionInterval: Number(interval),
  initialDelay: 0,
  meterProvider: false,
});

const unsubscribe = receiver.on('change', (change) => {
  if (change.type === 'device.down' || change.type === 'device.removed') {
    console.log(`${change.device.series.device} is gone or down`);
  }
});

process.once('SIGTERM', () => {
  unsubscribe();
  // This also ends the iteration below.
  void receiver.shutdown();
});

receiver.start();
// Its timers do not keep a process alive.
const alive = setInterval(() => undefined, 2 ** 31 - 1);
for await (const change of receiver.changes()) {
  if (change.type === 'peer.state.changed') react(change);
}
clearInterval(alive);

function react({ peer, from, to, reason }: PeerStateChanged): void {
  const { device, peerName, peerId } = peer.series;
  const tunnel = `${device} ${peerName ?? peerId}`;
  if (to === 'stale') console.log(`${tunnel} is broken: ${reason}`);
  else if (from === 'stale') console.log(`${tunnel} is back`);
}
