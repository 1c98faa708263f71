import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { after, before, describe, it } from 'mocha';
import { openTunnel, type Tunnel } from '../support/tunnel.js';
import type { TunnelEnd } from '../support/tunnel-end.js';

/** The peer's line of a dump: key, preshared key, endpoint, allowed IPs, handshake, received, sent, keepalive. */
async function peerOf(end: TunnelEnd): Promise<string[]> {
  return (await end.dump()).split('\n')[1]?.split('\t') ?? [];
}

describe('a tunnel between two namespaces', () => {
  let tunnel: Tunnel;
  before(async () => (tunnel = await openTunnel({ keepalive: 25 })));
  after(() => tunnel.close());

  it('makes a handshake and carries packets', async () => {
    const start = Math.floor(Date.now() / 1000);
    await tunnel.ping(2);
    const [key, , endpoint, allowedIps, handshake, received, , keepalive] = await peerOf(tunnel.a);
    assert.deepEqual([key, endpoint, allowedIps], [tunnel.b.publicKey, '192.0.2.2:51820', '10.97.0.2/32']);
    assert.ok(Number(handshake) >= start - 1, `handshake at ${handshake}, test began at ${start}`);
    // A handshake response (92 bytes) and two echo replies (84 bytes, padded to 96, and 32 of WireGuard's own).
    assert.ok(Number(received) >= 92 + 2 * 128, `${received} bytes received`);
    assert.equal(keepalive, '25');
    assert.equal((await peerOf(tunnel.b))[2], '192.0.2.1:51820');
  });

  it('takes a peer away and back', async () => {
    await tunnel.b.removePeer();
    assert.deepEqual(await peerOf(tunnel.b), []);
    await tunnel.b.addPeer();
    assert.equal((await peerOf(tunnel.b))[0], tunnel.a.publicKey);
  });

  it('makes a device anew', async () => {
    await tunnel.a.recreate();
    await tunnel.ping(1);
    const [, , , , handshake, received] = await peerOf(tunnel.a);
    assert.notEqual(handshake, '0');
    assert.ok(Number(received) < 92 + 2 * 128, `${received} bytes received: not counted from 0`);
  });

  it('leaves nothing behind', async () => {
    const other = await openTunnel();
    await other.close();
    const { stdout } = await execa('ip', ['netns', 'list']);
    assert.ok(stdout.includes(tunnel.a.namespace));
    assert.ok(!stdout.includes(other.a.namespace) && !stdout.includes(other.b.namespace), stdout);
    assert.ok(!existsSync(`/var/run/wireguard/${other.a.interface}.sock`));
  });
});
