import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import type { RunningProcess } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';
import { openTunnel, type Tunnel } from '../support/tunnel.js';
import { tunnelView } from '../support/tunnel-feed.js';
import type { TunnelEnd } from '../support/tunnel-end.js';
import { startServer } from './server.js';
import type { Settings } from './tagging-app.js';

const THROUGH = 'http://10.97.0.2:8080/';
/** Where the tunnel's packets go: the other end of the cable, which is the local network as well. */
const BESIDE = 'http://192.0.2.2:8080/';
const LOOPBACK = 'http://127.0.0.1:8080/';
/** Behind the other end. */
const FAR = 'http://198.51.100.1:8080/';

describe('spans of an application', function () {
  this.timeout(60_000);
  let tunnel: Tunnel;
  const servers: RunningProcess[] = [];
  before(async () => {
    tunnel = await openTunnel();
    await tunnel.b.exec(['ip', 'address', 'add', '198.51.100.1/32', 'dev', 'lo']);
    for (const end of [tunnel.a, tunnel.b]) servers.push(await startServer(end));
  });
  after(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await tunnel.close();
  });

  /** Which requests, over http and over fetch, say which device. */
  async function tagged(end: TunnelEnd, settings: Omit<Settings, 'urls'>, ...urls: string[]): Promise<unknown> {
    const app = repositoryPath('build/test/tunnel/tagging-app.js');
    return JSON.parse(await end.exec([process.execPath, app, JSON.stringify({ ...settings, urls })]));
  }
  const both = (url: string, device = tunnel.a.interface): object => ({
    [`http ${url}`]: device,
    [`fetch ${url}`]: device,
  });
  const viewOf = (...allowedIPs: string[]): ReturnType<typeof tunnelView> =>
    tunnelView({ interface: tunnel.a.interface, allowedIPs });

  it('say the tunnel if they went through, and nothing beside it', async () => {
    const views = [viewOf('10.97.0.2/32')];
    assert.deepEqual(await tagged(tunnel.a, { views }, THROUGH, BESIDE, LOOPBACK), both(THROUGH));
  });

  it('are left alone beside a full tunnel that nothing is routed into (Table = off)', async () => {
    const views = [viewOf('0.0.0.0/0', '::/0')];
    assert.deepEqual(await tagged(tunnel.a, { views }, THROUGH, BESIDE, LOOPBACK), both(THROUGH));
  });

  it('say the one of two tunnels with the same prefix that they are routed into', async () => {
    const views = [tunnelView({ interface: 'wg-other', allowedIPs: ['10.97.0.0/24'] }), viewOf('10.97.0.0/24')];
    assert.deepEqual(await tagged(tunnel.a, { views }, THROUGH, BESIDE), both(THROUGH));
    assert.deepEqual(await tagged(tunnel.a, { views: views.toReversed() }, THROUGH, BESIDE), both(THROUGH));
  });

  it('are left alone in another namespace, unless the device is said', async () => {
    const views = [{ ...viewOf('10.97.0.0/24', '192.0.2.0/24'), netns: 'blue' }];
    assert.deepEqual(await tagged(tunnel.b, { views: [viewOf('192.0.2.0/24')] }, 'http://192.0.2.1:8080/'), {});
    const options = { netns: 'blue', devices: [tunnel.a.interface] };
    assert.deepEqual(
      await tagged(tunnel.b, { views, options }, 'http://192.0.2.1:8080/'),
      both('http://192.0.2.1:8080/'),
    );
  });

  it('say a full tunnel wherever they go through it, but for the local network and loopback', async () => {
    const peer = ['peer', tunnel.b.publicKey, 'allowed-ips', '0.0.0.0/0'];
    await tunnel.a.exec(['wg', 'set', tunnel.a.interface, ...peer]);
    // As `wg-quick` of some systems does it: more specific than a default route, less than the local network.
    for (const half of ['0.0.0.0/1', '128.0.0.0/1']) {
      await tunnel.a.exec(['ip', 'route', 'add', half, 'dev', tunnel.a.interface]);
    }
    const views = [viewOf('0.0.0.0/0')];
    const expected = { ...both(FAR), ...both(THROUGH) };
    assert.deepEqual(await tagged(tunnel.a, { views }, FAR, THROUGH, BESIDE, LOOPBACK), expected);
  });
});
