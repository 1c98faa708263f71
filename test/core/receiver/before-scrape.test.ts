import assert from 'node:assert/strict';
import { WireGuardReceiver } from '@wgotel/core';
import { describe, it } from 'mocha';
import { ScriptedSource } from '../../support/scripted-source.js';
import { device, keyOf, peer, snapshot } from '../../support/snapshots.js';

const QUIET = { meterProvider: false, loggerProvider: false, tracerProvider: false } as const;

describe('what is to be done before a scrape', () => {
  it('is done before the reading, so that a key that changed together with the names is known by its name', async () => {
    const source = new ScriptedSource(snapshot(0, [device([peer('old')])]), snapshot(15, [device([peer('new')])]));
    const names = new Map([[keyOf('old'), 'office']]);
    const receiver: WireGuardReceiver = new WireGuardReceiver({
      ...QUIET,
      source,
      clock: source,
      names: (publicKey) => names.get(publicKey),
      beforeScrape: () => {
        if (source.reads === 1) names.set(keyOf('new'), 'office');
        receiver.renamePeers();
      },
    });
    await receiver.scrape();
    const { changes } = await receiver.scrape();
    assert.deepEqual(
      changes.map((change) => [change.type, change.type === 'peer.key.rotated' && change.basis]),
      [['peer.key.rotated', 'name']],
    );
  });

  it('fails the scrape if it fails, and not the next one', async () => {
    const source = new ScriptedSource(snapshot(0, []), snapshot(15, []));
    let failing = true;
    const beforeScrape = (): Promise<void> => (failing ? Promise.reject(new Error('no names')) : Promise.resolve());
    const receiver = new WireGuardReceiver({ ...QUIET, source, clock: source, beforeScrape });
    await assert.rejects(receiver.scrape(), /no names/);
    assert.equal(source.reads, 0);
    failing = false;
    assert.equal((await receiver.scrape()).devices.length, 0);
  });
});
