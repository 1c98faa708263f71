import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { ProfilesConfig } from '@wgotel/agent';
import { Tracker, type Device } from '@wgotel/core';
import { describe, it } from 'mocha';
import { assertGolden } from '../../support/golden.js';
import { repositoryPath } from '../../support/repository.js';
import { advance, device, peer, snapshot } from '../../support/snapshots.js';
import { parseDump } from '../../core/source/parse.js';
import { scenario } from './scenario.js';
import { pagesOf } from './served.js';
import { expositionOf, pageText, receiverWith, samples } from './shown.js';

/** Profiles as the configuration has them. */
function profiles(given: object): ProfilesConfig {
  return pagesOf({ prometheus: { profiles: given } })['prometheus']!.profiles;
}

const ALL_OF_MINDFLAVOR = {
  separate_allowed_ips: true,
  export_remote_ip_and_port: true,
  export_latest_handshake_delay: true,
};

const PAGES: Readonly<Record<string, object>> = {
  mindflavor: ['mindflavor'],
  'mindflavor-r': { mindflavor: { export_remote_ip_and_port: true, friendly_names: false } },
  'mindflavor-all': { mindflavor: ALL_OF_MINDFLAVOR },
  mdlayher: ['mdlayher'],
  'wg-easy': ['wg-easy'],
  'wg-easy-address': { 'wg-easy': { addresses: 'one' } },
  telegraf: ['telegraf'],
  'wg-prefix': ['wg-prefix'],
  'wg-exporter': ['wg-exporter'],
  together: ['native', 'mindflavor', 'mdlayher', 'telegraf', 'wg-prefix', 'wg-exporter'],
};

describe('the profiles', () => {
  for (const [name, given] of Object.entries(PAGES)) {
    it(`look as they always did: ${name}`, async () => {
      const exposition = expositionOf({ wireguard: receiverWith(scenario()) }, profiles(given));
      assertGolden(`prometheus/${name}.txt`, await pageText(exposition));
    });
  }

  it('mdlayher have line by line what the original had on the same device', async () => {
    // Both were recorded together, with the exporter built from commit c67c6d6.
    const fixture = (name: string): Buffer => readFileSync(repositoryPath(`test/fixtures/wireguard_exporter/${name}`));
    const devices = parseDump([fixture('dump.txt')]) as readonly Device[];
    const names = new Map([
      [devices[0]!.peers[0]!.publicKey, 'the "other" end'],
      [devices[0]!.peers[1]!.publicKey, 'six'],
    ]);
    const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 10, names: (key) => names.get(key) });
    const exposition = expositionOf(
      { wireguard: receiverWith(advance(tracker, snapshot(0, devices))) },
      profiles(['mdlayher']),
    );
    // Numbers are written in another way.
    const lines = (page: string): string[] =>
      page.split('\n').map((line) => line.replace(/\} (\S+)$/, (_, value) => `} ${Number(value)}`));
    const [ours, theirs] = [await pageText(exposition), fixture('page.txt').toString()].map(lines);
    assert.ok(theirs!.length > 30);
    assert.deepEqual(ours!.toSorted(), theirs!.toSorted());
  });

  it('have the names in OpenMetrics that they have in text', async () => {
    for (const given of Object.values(PAGES)) {
      const exposition = expositionOf({ wireguard: receiverWith(scenario()) }, profiles(given));
      assert.deepEqual(await samples(exposition, 'openmetrics'), await samples(exposition));
    }
  });

  it('say of a counter that has no _total nothing in OpenMetrics, which would rename it', async () => {
    const exposition = expositionOf({ wireguard: receiverWith(scenario()) }, profiles(['wg-easy']));
    const text = await pageText(exposition, 'openmetrics');
    assert.match(text, /^# TYPE wireguard_sent_bytes unknown$/m);
    assert.match(text, /^# TYPE wireguard_connected_peers gauge$/m);
  });

  it('show keys where they are served, and nowhere else', async () => {
    const key = /[A-Za-z0-9+/]{43}=/;
    for (const [name, given] of Object.entries(PAGES)) {
      const text = await pageText(expositionOf({ wireguard: receiverWith(scenario()) }, profiles(given)));
      assert.equal(key.test(text), !name.startsWith('wg-easy'), name);
    }
    assert.doesNotMatch(await pageText(expositionOf({ wireguard: receiverWith(scenario()) })), key);
  });

  it('take up endpoints and allowed IPs that change', async () => {
    const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 10 });
    const receiver = receiverWith(undefined);
    const exposition = expositionOf({ wireguard: receiver }, profiles({ mindflavor: ALL_OF_MINDFLAVOR }), () => 0);
    const labels = async (seconds: number, fields: object): Promise<string> => {
      receiver.receiver.frame = advance(tracker, snapshot(seconds, [device([peer('a', fields)])]));
      return (await samples(exposition))[0]!.replace(/^.*public_key="[^"]*",|\}.*$/g, '');
    };
    assert.equal(
      await labels(0, { endpoint: '192.0.2.1:7', allowedIPs: ['10.0.0.1/32'] }),
      'remote_ip="192.0.2.1",allowed_ip_0="10.0.0.1",allowed_subnet_0="32",remote_port="7"',
    );
    assert.equal(
      await labels(15, { endpoint: '[fe80::1%eth0]:8', allowedIPs: [] }),
      'remote_ip="fe80::1",remote_port="8"',
    );
    assert.equal(
      await labels(30, { endpoint: undefined, allowedIPs: ['::/0'] }),
      'allowed_ip_0="::",allowed_subnet_0="0"',
    );
  });

  it('leave out a device that is gone, and one that was read too long ago', async () => {
    const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 10 });
    advance(tracker, snapshot(0, [device([peer('a')]), device([peer('b')], { name: 'wg1' })]));
    const failures = [{ source: 'test', device: 'wg1', code: 'TIMEOUT', message: 'too slow' } as const];
    const frame = advance(tracker, snapshot(15, [], { failures }));
    let now = frame.monotonicTime;
    const exposition = expositionOf({ wireguard: receiverWith(frame) }, profiles(['mdlayher']), () => now);
    const devices = async (): Promise<string[]> =>
      (await samples(exposition)).filter((line) => line.startsWith('wireguard_device_info'));
    assert.match((await devices()).join('\n'), /^wireguard_device_info\{device="wg1",.*$/);
    now += 15_001;
    assert.deepEqual(await devices(), []);
  });

  it('add interfaces up so that they never fall, whoever goes', async () => {
    const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 1 });
    const receiver = receiverWith(undefined);
    const exposition = expositionOf({ wireguard: receiver }, profiles(['wg-prefix']), () => 0);
    const sum = async (seconds: number, ...received: readonly number[]): Promise<number> => {
      const peers = received.map((bytes, index) => peer(`peer ${index}`, { receiveBytes: bytes }));
      receiver.receiver.frame = advance(tracker, snapshot(seconds, [device(peers)]));
      await exposition.follow();
      const lines = await samples(exposition);
      return Number(/^wg_interface_rx_bytes_total\{interface="wg0"\} (\d+)$/m.exec(lines.join('\n'))?.[1]);
    };
    assert.equal(await sum(0, 100, 0), 100);
    assert.equal(await sum(15, 110, 5), 115);
    assert.equal(await sum(30, 120), 125);
    assert.equal(await sum(45, 130, 7), 142);
  });
});
