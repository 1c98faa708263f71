import { after, before, describe, it } from 'mocha';
import { telegrafPath } from '../support/rival-binaries.js';
import { telegrafConfiguration } from '../support/telegraf.js';
import { assertDifference, Scene, withPlainNumber } from './scene.js';

/** A peer that is removed stays on Telegraf's page for a minute (`expiration_interval`). */
const AFTER_REMOVAL = [
  '- wireguard_peer_allowed_ips{allowed_peer_cidr="10.97.1.0/24",device="wg0",public_key="quiet"} 1',
  '- wireguard_peer_last_handshake_time_ns{device="wg0",public_key="quiet"} -6795364578871',
  '- wireguard_peer_persistent_keepalive_interval_ns{allowed_peer_cidr="10.97.1.0/24",device="wg0",public_key="quiet"} 0',
  '- wireguard_peer_protocol_version{allowed_peer_cidr="10.97.1.0/24",device="wg0",public_key="quiet"} 1',
  '- wireguard_peer_rx_bytes{device="wg0",public_key="quiet"} 0',
  '- wireguard_peer_tx_bytes{device="wg0",public_key="quiet"} 0',
];

describe('the profile telegraf, beside Telegraf 1.37.2 without its label host, on the same device', () => {
  let scene: Scene;

  before(async () => {
    scene = await Scene.open();
    await scene.addPeer('nowhere', []);
    scene.startAgent({ 9000: ['telegraf'] });
    const configuration = telegrafConfiguration({ port: 8000, interval: 500 });
    scene.start(telegrafPath()!, '--config', scene.write('telegraf.conf', configuration));
  });
  after(() => scene?.close());

  /** Times of handshakes are cut to milliseconds, which is as exact as ours are. */
  const normal = (line: string): string =>
    line.startsWith('wireguard_peer_last_handshake_time_ns{')
      ? line.replace(/\} (-?)(\d)\.?(\d{12})\S*$/, '} $1$2$3')
      : withPlainNumber(line);

  it('has line by line what it has', async () => {
    await assertDifference(() => scene.difference([8000, 9000], normal), []);
  });

  it('takes a peer that is removed away at once', async () => {
    const { a } = scene.tunnel;
    await a.exec(['wg', 'set', a.interface, 'peer', scene.keys.get('quiet')!, 'remove']);
    await assertDifference(() => scene.difference([8000, 9000], normal), AFTER_REMOVAL);
  });
});
