import { Tracker, type Frame } from '@wgotel/core';
import { advance, device, EPOCH, keyOf, peer, snapshot } from '../../support/snapshots.js';

const NAMES = new Map([
  [keyOf('laptop'), 'Zoë\'s "laptop" \\ new'],
  [keyOf('server'), 'server'],
]);

/** Devices and peers of every kind: named and not, never seen, folded, in another namespace, down, and failures. */
export function scenario(peerLimit = 4): Frame {
  const tracker = new Tracker({ collectionInterval: 15_000, peerLimit, names: (key) => NAMES.get(key) });
  const at = (seconds: number): Frame => {
    const handshake = EPOCH + seconds * 1000 - 10_000;
    const wg0 = device(
      [
        peer('laptop', {
          endpoint: `198.51.100.7:${4000 + seconds}`,
          allowedIPs: ['10.9.0.2/32', '2001:db8:9::2/128'],
          receiveBytes: 1000 + seconds * 100,
          transmitBytes: 2 ** 53,
          lastHandshakeTime: handshake,
          persistentKeepaliveInterval: 25,
        }),
        peer('server', {
          endpoint: '[2001:db8::1%eth0]:51820',
          allowedIPs: ['10.9.0.3/32', '10.20.0.0/16'],
          receiveBytes: 5,
          transmitBytes: 7,
          lastHandshakeTime: EPOCH - 500_000,
        }),
        peer('never', { endpoint: undefined, allowedIPs: ['10.9.0.4/32'] }),
        peer('nowhere', { endpoint: undefined, allowedIPs: [] }),
        peer('folded', { receiveBytes: 11 * seconds, transmitBytes: 13, allowedIPs: ['10.9.0.6/32'] }),
      ],
      { firewallMark: 51820 },
    );
    const other = device([], {
      name: 'wg0',
      netns: 'blue',
      up: false,
      type: 'kernel',
      publicKey: undefined,
      listenPort: undefined,
    });
    const failures = [{ source: 'uapi', device: 'wg9', code: 'TIMEOUT', message: 'too slow' } as const];
    return advance(tracker, snapshot(seconds, [wg0, other], { failures }));
  };
  at(0);
  return at(15);
}
