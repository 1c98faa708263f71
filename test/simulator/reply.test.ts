import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Simulator } from '@wgotel/simulator';
import { describe, it } from 'mocha';
import { repositoryPath } from '../support/repository.js';
import type { Lines } from './uapi-text.js';
import { parseReply, value } from './uapi-text.js';

const keysOf = (lines: Lines): string[] => lines.map(([key]) => key);
const kindOf = (text: string): string => text.replaceAll(/[0-9a-f]{64}/g, 'KEY').replaceAll(/\d+/g, 'N');
const recorded = (device: string): Buffer =>
  readFileSync(repositoryPath(`test/fixtures/wireguard-go/uapi-get-${device}.txt`));

describe('reply', () => {
  it('is line by line of the kind wireguard-go sends, at both ends of a tunnel', () => {
    const simulator = new Simulator({ directory: 'unused', time: 'virtual' });
    const a = simulator.addDevice({ name: 'wgta0' });
    const b = simulator.addDevice({ name: 'wgtb0' });
    const allowedIPs = ['10.9.0.2/32', 'fd00:9::2/128'];
    simulator.addLink({ a: { device: a, persistentKeepalive: 25, allowedIPs }, b: { device: b } });
    assert.equal(kindOf(a.render().toString()), kindOf(recorded('wgta0').toString()));
    assert.equal(kindOf(b.render().toString()), kindOf(recorded('wgtb0').toString()));
  });

  it('leaves out an unknown endpoint and prints zeros for what else is not set', () => {
    const simulator = new Simulator({ directory: 'unused', time: 'virtual' });
    const a = simulator.addDevice({ name: 'wga0' });
    const b = simulator.addDevice({ name: 'wgb0', fwmark: 51_820 });
    const link = simulator.addLink({ a: { device: a }, b: { device: b } });
    link.b.setPresharedKey(undefined);
    const { device, peers } = parseReply(b.render());
    assert.deepEqual(keysOf(device), ['private_key', 'listen_port', 'fwmark']);
    const [peer = []] = peers;
    assert.ok(!keysOf(peer).includes('endpoint'));
    assert.equal(value(peer, 'preshared_key'), '0'.repeat(64));
    assert.equal(value(peer, 'last_handshake_time_sec'), '0');
    assert.equal(value(peer, 'last_handshake_time_nsec'), '0');
  });

  it('has a private key that belongs to the public key the other end knows', () => {
    const simulator = new Simulator({ directory: 'unused', time: 'virtual' });
    const device = simulator.addDevice({ name: 'wg0' });
    const privateKey = Buffer.from(value(parseReply(device.render()).device, 'private_key'), 'hex');
    const d = privateKey.toString('base64url');
    const x = device.publicKey.toString('base64url');
    const jwk = { kty: 'OKP', crv: 'X25519', d, x };
    const derived = createPublicKey(createPrivateKey({ key: jwk, format: 'jwk' })).export({ format: 'jwk' });
    assert.equal(derived.x, x);
    // Clamped, as `wg` prints it.
    assert.equal((privateKey[0] as number) & 7, 0);
    assert.equal((privateKey[31] as number) >> 6, 1);
  });

  it('lists peers in another order each time, or always the same one if stable', () => {
    const simulator = new Simulator({ directory: 'unused', time: 'virtual' });
    const random = simulator.addDevice({ name: 'wg0', peers: 50 });
    const stable = simulator.addDevice({ name: 'wg1', peers: 50, order: 'stable' });
    const first = random.render();
    const second = random.render();
    assert.notDeepEqual(first, second);
    const lines = (reply: Buffer): string[] =>
      parseReply(reply)
        .peers.map((peer) => JSON.stringify(peer))
        .toSorted();
    assert.deepEqual(lines(first), lines(second));
    assert.deepEqual(stable.render(), stable.render());
  });
});
