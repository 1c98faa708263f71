import assert from 'node:assert/strict';
import { toJson } from '@wgotel/agent';
import { serveUapi, type UapiFault } from '@wgotel/simulator';
import { toReply, type TestPeer } from '../core/source/device-text.js';
import type { OtlpRequest } from '../support/otlp-json.js';
import { grpcBackend } from './backend.js';
import { said, tell } from './outage.js';
import { assertPlausible, scrapesIn } from './points.js';
import { family, type Fault } from './table.js';
import { goBlind } from './unreadable.js';

const BLIND =
  'that device fails, with one warning and one line when it is over; errors are counted, the other device goes on being read, and this one is again once it answers';

/** Long enough for a device that answers, on a machine with much else to do. */
const TIMEOUT = '3s';

const unanswered = (what: string, fault: UapiFault, code: string): Fault => ({
  fault: `the socket of a device ${what}`,
  expected: BLIND,
  run: async (scene) => {
    const backend = scene.using(await grpcBackend());
    const device = await scene.device();
    await scene.device({ name: 'wg1' });
    const agent = scene.run({
      exporters: { otlp_grpc: backend.section },
      receiver: { timeout: TIMEOUT, collection_interval: '200ms' },
    });
    let [before, after] = [0, 0];
    const seen = await goBlind(agent, backend, {
      code,
      device: 'wg0',
      begin: async () => {
        await device.setFault(fault);
        before = scrapesIn(backend.taken, 'wg1').length;
      },
      end: () => {
        after = scrapesIn(backend.taken, 'wg1').length;
        return device.setFault(undefined);
      },
    });
    assert.ok(after > before, 'the other device was not read');
    assert.ok(agent.peak < 600, `${agent.peak} MB`);
    return `${seen}; meanwhile wg1 was read ${after - before} times; ${agent.peak} MB at most`;
  },
});

family('UAPI sockets', [
  unanswered('accepts and is silent', { type: 'silent' }, 'TIMEOUT'),
  unanswered('answers a byte at a time', { type: 'slow', bytes: 1, everyMs: 50 }, 'TIMEOUT'),
  unanswered('breaks the answer off in the middle', { type: 'cut', bytes: 500 }, 'CONNECTION_FAILED'),
  unanswered('answers garbage', { type: 'garbage', bytes: 4096 }, 'CONNECTION_FAILED'),
  unanswered('answers with an error', { type: 'errno', errno: 5 }, 'READ_FAILED'),
  unanswered('answers without end', { type: 'flood' }, 'TIMEOUT'),
  unanswered('is left behind by a program that died', { type: 'refuse' }, 'CONNECTION_FAILED'),
  {
    fault: 'an interface is deleted, and made again later',
    expected: '`wireguard.device.up` is 0 meanwhile, with one warning and one line when it is over',
    run: async (scene) => {
      const backend = scene.using(await grpcBackend());
      const device = await scene.device();
      const agent = scene.run({ exporters: { otlp_grpc: backend.section } });
      const isUp = async (): Promise<unknown> =>
        (await agent.status()).receivers['wireguard']!.devices.find(({ name }) => name === 'wg0')?.up;
      await agent.scrapes(2);
      await device.close();
      await agent.until('it is down', async () => (await isUp()) === 0);
      await agent.scrapes(3);
      await device.open();
      await agent.until('it is no longer', async () => (await isUp()) !== 0);
      await agent.scrapes(2);
      await agent.end();
      assert.equal(agent.said('wg0 is gone or down', 'warn'), 1);
      assert.equal(agent.said('wg0 is up again'), 1);
      return `${said(agent)}; ${await assertPlausible(backend.taken)} sums, none of which falls`;
    },
  },
  {
    fault: 'an interface of 500 peers is deleted and made again 20 times while it is read',
    expected: 'no sum falls without beginning anew, no point goes back in time, and it is read on',
    run: async (scene) => {
      const backend = scene.using(await grpcBackend());
      const device = await scene.device({ peers: 500 });
      const agent = scene.run({ exporters: { otlp_grpc: backend.section } });
      await agent.scrapes(2);
      for (let time = 0; time < 20; time++) {
        await device.recreate();
        await agent.scrapes(1);
      }
      await agent.until('it is read', async () => (await agent.status()).receivers['wireguard']!.failures.length === 0);
      await agent.scrapes(2);
      const deliveries = await agent.end();
      assert.deepEqual(deliveries.sent, deliveries.enqueued);
      return `${tell(agent, deliveries)}; ${await assertPlausible(backend.taken)} sums, none of which falls; ${agent.peak} MB at most`;
    },
  },
  {
    fault: 'all 10 000 peers of an interface are replaced at once, six times',
    expected:
      'one event tells of all that went and one of all that came; the new ones have points with the next scrape; memory is bounded',
    run: async (scene) => {
      const backend = scene.using(await grpcBackend());
      const key = Buffer.from('0123456789abcdef0123456789abcdef');
      scene.keepSecret(key);
      const peers = (generation: number): TestPeer[] =>
        Array.from({ length: 10_000 }, (_, index) => ({
          name: `${generation}/${index}`,
          allowedIPs: [`10.${generation}.${index >> 8}.${index & 255}/32`],
          receiveBytes: 1000,
        }));
      const replyOf = (generation: number): Buffer =>
        toReply({ name: 'wg0', privateKey: key, publicKey: key, peers: peers(generation) });
      let reply = replyOf(0);
      const server = await serveUapi(scene.path('wg0.sock'), () => reply);
      scene.atEnd(() => server.close());
      const agent = scene.run({
        exporters: { otlp_grpc: backend.section },
        receiver: { collection_interval: '500ms' },
        signals: ['metrics', 'logs'],
      });
      const told = (name: string): number =>
        backend.logs
          .flatMap((bytes) => (JSON.parse(toJson(bytes, 'logs')) as OtlpRequest).resourceLogs ?? [])
          .flatMap(({ scopeLogs }) => scopeLogs)
          .flatMap(({ logRecords }) => logRecords)
          .filter(({ attributes }) => attributes!.some(({ value }) => value.stringValue === name)).length;
      await agent.scrapes(2);
      for (let generation = 1; generation <= 6; generation++) {
        reply = replyOf(generation);
        await agent.until('it is told', () => told('wireguard.peer.added') >= generation);
      }
      const { receivers } = await agent.status();
      const counts = Object.values(receivers['wireguard']!.devices[0]!.peers);
      const known = counts.reduce((sum, count) => sum + count, 0);
      assert.equal(known, 10_000);
      const deliveries = await agent.end();
      assert.deepEqual(deliveries.sent, deliveries.enqueued);
      const records = ['added', 'removed'].map((what) => told(`wireguard.peer.${what}`));
      assert.deepEqual(records, [6, 6]);
      assert.equal(agent.said(/more peers than the limit/), 0);
      assert.ok(agent.peak < 500, `${agent.peak} MB`);
      return `${records.join(' + ')} records of 60 000 peers that came and went; ${known} peers at the end; ${tell(agent, deliveries)}; ${agent.peak} MB at most`;
    },
  },
]);
