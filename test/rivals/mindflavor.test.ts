import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { until } from '../support/process.js';
import { mindflavorPath } from '../support/rival-binaries.js';
import { assertDifference, Scene } from './scene.js';

/** Flags of theirs, and what they are in our configuration. */
const VARIANTS = [
  { flags: '', options: { friendly_names: false } },
  { flags: '-r', options: { friendly_names: false, export_remote_ip_and_port: true } },
  { flags: '-n', options: {} },
  { flags: '-s -r -n', options: { separate_allowed_ips: true, export_remote_ip_and_port: true } },
  { flags: '-d -n', options: { export_latest_handshake_delay: true } },
] as const;

describe('the profile mindflavor, beside prometheus_wireguard_exporter 3.6.6 on the same device', () => {
  let scene: Scene;

  before(async () => {
    scene = await Scene.open();
    const peer = (name: string, comment: string): string =>
      `[Peer]\n# friendly_name = ${comment}\nPublicKey = ${scene.keys.get(name)}\nAllowedIPs = 10.0.0.0/32\n`;
    const names = scene.write('names.conf', `[Interface]\n${peer('b', 'the "other" end')}${peer('v6', 'six')}`);
    const pages = VARIANTS.map(({ options }, index) => [9000 + index, { mindflavor: options }] as const);
    scene.startAgent(Object.fromEntries(pages), { configuration_files: [names] });
    for (const [index, { flags }] of VARIANTS.entries()) {
      const args = ['-l', '127.0.0.1', '-p', `${8000 + index}`, '-i', scene.tunnel.a.interface];
      const given = flags === '' ? [] : flags.split(' ').flatMap((flag) => [flag, flag === '-n' ? names : 'true']);
      scene.start(mindflavorPath()!, ...args, ...given);
    }
  });
  after(() => scene?.close());

  /** Ages go on from one question to the other; of a peer that never came they are the seconds since 1970. */
  const withoutAge = (line: string): string =>
    line.replace(/^(wireguard_latest_handshake_delay_seconds.*) (\d+)$/, (_, series: string, age: string) =>
      age.length < 10 ? `${series} AGE` : `${series} EPOCH`,
    );

  for (const [index, { flags }] of VARIANTS.entries()) {
    it(`has line by line what it has: ${flags || 'without flags'}`, async () => {
      await assertDifference(() => scene.difference([8000 + index, 9000 + index], withoutAge), []);
    });
  }

  it('leaves allowed IPs out where they answer nothing at all, for a peer that has none', async () => {
    await scene.addPeer('nowhere', []);
    const lineOf = async (port: number): Promise<string | undefined> =>
      (await scene.page(port)).find(
        (line) => line.startsWith('wireguard_sent_bytes_total{') && line.includes('"nowhere"'),
      );
    assert.equal(
      await until('we see it', () => lineOf(9003)),
      'wireguard_sent_bytes_total{interface="wg0",public_key="nowhere"} 0',
    );
    assert.equal(await lineOf(8003), undefined);
    assert.equal(await until('we see it', () => lineOf(9000)), await lineOf(8000));
  });
});
