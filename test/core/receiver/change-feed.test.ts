import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { WireGuardReceiver, type Change } from '@wgotel/core';
import { ScriptedSource } from '../../support/scripted-source.js';
import { device, peer, snapshot } from '../../support/snapshots.js';

/** A receiver whose scrapes after the first one find so many peers more. */
function receiverOf(...more: readonly number[]): WireGuardReceiver {
  let peers = 0;
  const script = [0, ...more].map((count, index) => {
    peers += count;
    return snapshot(index * 15, [device(Array.from({ length: peers }, (_, at) => peer(`p${at}`)))]);
  });
  const source = new ScriptedSource(...script);
  return new WireGuardReceiver({ source, clock: source, meterProvider: false });
}

async function taken(changes: AsyncIterable<Change>): Promise<string[]> {
  const types: string[] = [];
  for await (const { type } of changes) types.push(type);
  return types;
}

describe('changes, for an application', () => {
  it('are told to listeners until they unsubscribe, whatever others throw', async () => {
    const receiver = receiverOf(1, 1, 1);
    const heard: string[] = [];
    receiver.on('change', () => {
      throw new Error('not this one');
    });
    const unsubscribe = receiver.on('change', ({ type }) => heard.push(type));
    await receiver.scrape();
    assert.deepEqual(heard, []);
    await receiver.scrape();
    await receiver.scrape();
    unsubscribe();
    await receiver.scrape();
    assert.deepEqual(heard, ['peer.added', 'peer.added']);
    await receiver.shutdown();
  });

  it('are iterated until the receiver shuts down', async () => {
    const receiver = receiverOf(1, 2);
    const all = taken(receiver.changes());
    for (let scrapes = 0; scrapes < 3; scrapes++) await receiver.scrape();
    await receiver.shutdown();
    assert.deepEqual(await all, ['peer.added', 'peer.added', 'peer.added']);
  });

  it('are iterated until the signal, or a break', async () => {
    const receiver = receiverOf(1, 1);
    const abort = new AbortController();
    const all = taken(receiver.changes({ signal: abort.signal }));
    await receiver.scrape();
    abort.abort();
    assert.deepEqual(await all, []);
    assert.deepEqual(await taken(receiver.changes({ signal: abort.signal })), []);
    const changes = receiver.changes();
    await receiver.scrape();
    for await (const { type } of changes) {
      assert.equal(type, 'peer.added');
      break;
    }
    assert.equal((await changes.next()).done, true);
  });

  it('that nobody takes wait up to the limit, and the oldest are dropped and counted', async () => {
    const receiver = receiverOf(5, 4);
    const changes = receiver.changes({ limit: 3 });
    for (let scrapes = 0; scrapes < 3; scrapes++) await receiver.scrape();
    await receiver.shutdown();
    assert.equal((await taken(changes)).length, 3);
    assert.equal(changes.dropped, 6);
  });
});
