import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { SOURCES, type Device, type SourceName } from '@wgotel/core';
import { openTunnel, type Tunnel } from '../support/tunnel.js';

/** Everything a source says of a device but who said it, with the handshake to the second that `wg` knows. */
function comparable(device: Device): object {
  const peers = device.peers.map(({ lastHandshakeTime, ...peer }) => ({
    ...peer,
    handshakeSecond: Math.floor(lastHandshakeTime! / 1000),
  }));
  return { ...device, source: undefined, peers };
}

describe('a real wireguard-go device', () => {
  let tunnel: Tunnel;
  before(async () => {
    tunnel = await openTunnel();
    await tunnel.ping(3);
  });
  after(() => tunnel.close());

  async function read(name: SourceName): Promise<Device> {
    const { devices } = await SOURCES[name]({}).read({ signal: AbortSignal.timeout(5000), previous: undefined });
    const found = devices.filter((device) => device.name === tunnel.a.interface);
    assert.equal(found.length, 1, `${name} gives it ${found.length} times`);
    return found[0]!;
  }

  it('is the same through every source', async () => {
    const uapi = await read('uapi');
    assert.equal(uapi.publicKey, tunnel.a.publicKey);
    assert.deepEqual(
      [uapi.type, uapi.listenPort, uapi.peers[0]!.publicKey, uapi.peers[0]!.endpoint, uapi.peers[0]!.allowedIPs],
      ['userspace', 51820, tunnel.b.publicKey, '192.0.2.2:51820', ['10.97.0.2/32']],
    );
    assert.deepEqual(comparable(await read('wg-show')), comparable(uapi));
    assert.deepEqual(comparable(await read('auto')), comparable(uapi));
  });

  it('is read at its socket by auto', async () => {
    assert.equal((await read('auto')).source, 'uapi');
    assert.equal((await read('wg-show')).source, 'wg-show');
  });
});
