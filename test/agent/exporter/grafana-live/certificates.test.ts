import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { ServerOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SecureVersion } from 'node:tls';
import { GrafanaLiveTransport, Logger, RequestQueue, Sender } from '@wgotel/agent';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { until } from '../../../support/process.js';
import { repositoryPath } from '../../../support/repository.js';
import { checkAccounts } from '../accounts.js';
import { PLAIN, request } from '../sender-setup.js';
import { configFor, TOKEN } from './live-config.js';
import { LiveServer } from './live-server.js';

const certificate = (name: string): string => repositoryPath(`test/agent/prometheus/certificates/${name}`);
const pem = (name: string): Buffer => readFileSync(certificate(name));

/** Between two attempts, in milliseconds. */
const PAUSE = 20;
/** Requests of ten bytes that are put in a queue for three of them. */
const [REQUESTS, ROOM] = [20, 30];

let folder: string;
let server: LiveServer;
let sender: Sender;
let log: string[];
/** The clock of who looks at files. */
let now: number;
let attempts: number;

const path = (name: string): string => join(folder, name);

/** How a server shows a certificate, and demands one of ours. */
const demanding = (name: string, version: SecureVersion) => ({
  cert: pem(`${name}.pem`),
  key: pem(`${name}.key`),
  ca: pem('ca.pem'),
  requestCert: true,
  rejectUnauthorized: true,
  minVersion: version,
  maxVersion: version,
});

/** Starts a server that is stopped when the test is over. */
async function serve(tls: ServerOptions): Promise<LiveServer> {
  return (server = await LiveServer.start(undefined, tls));
}

/** Has us show another certificate. */
function present(name: string): void {
  copyFileSync(certificate(`${name}.pem`), path('client.pem'));
  copyFileSync(certificate(`${name}.key`), path('client.key'));
  now += 60_000;
}

/** Sends to a server from now on. */
function start({ port }: LiveServer): void {
  const files = { caFile: certificate('ca.pem'), certFile: path('client.pem'), keyFile: path('client.key') };
  const { url } = configFor(port);
  const config = configFor(port, { url: url.replace('ws:', 'wss:'), tls: { ...PLAIN, insecure: false, ...files } });
  const logger = new Logger({ stream: { write: (line: string) => log.push(line) } });
  const sleep = async (_: number, signal: AbortSignal): Promise<unknown> => {
    attempts++;
    return delay(PAUSE, undefined, { signal }).catch(() => undefined);
  };
  sender = new Sender(new GrafanaLiveTransport(config, () => now), logger, { sleep, queue: new RequestQueue(ROOM) });
}

/** Lines of the log that say so. */
const said = (text: string): string[] => log.filter((line) => line.includes(text));

/** Enqueues while no connection can be made, has that mended, and checks what was said, lost and delivered. */
async function goThrough(live: LiveServer, mend: () => void, message: string, hint: string): Promise<void> {
  for (let each = 0; each < REQUESTS; each++) await sender.enqueue(request(`request ${each % 10}\n`.slice(0, 10)));
  await until('it has tried some times', () => attempts >= 5);
  assert.deepEqual([live.connections, live.messages.length, sender.deliveries.sent.requests], [0, 0, 0]);
  mend();
  await until('the rest is sent', () => sender.deliveries.queued.requests === 0);

  const [failure, ...more] = said('sending failed');
  assert.deepEqual(more, []);
  const { message: reported, hint: advised } = JSON.parse(failure!.split('\t')[3]!) as Record<string, string>;
  assert.deepEqual([reported, advised], [message, hint]);
  assert.equal(said('dropped a request').length, 1);
  assert.equal(said('the server answers again').length, 1);
  assert.equal(log.length, 3, log.join(''));
  assert.ok(!log.join('').includes(TOKEN) && !JSON.stringify(sender.state).includes(TOKEN));
  assert.doesNotMatch(log.join(''), /BEGIN|PRIVATE/);

  checkAccounts(sender.deliveries);
  // What there is room for, and the one that was being sent.
  const { sent, dropped } = sender.deliveries;
  assert.deepEqual([Object.keys(dropped), sent.requests], [['queue_full'], 4]);
  assert.equal(live.messages.length, sent.requests);
  assert.equal(live.connections, 1);
}

describe('certificates of an exporter to Grafana Live and of a server that demands ours', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wgotel-live-tls-'));
    log = [];
    now = attempts = 0;
  });
  afterEach(async () => {
    await sender.shutdown(0);
    server.stop();
    rmSync(folder, { recursive: true });
  });

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`pass when they are good, over ${version}`, async () => {
      const live = await serve(demanding('server', version));
      present('client');
      start(live);
      await sender.enqueue(request('a'));
      await until('it is sent', () => sender.deliveries.sent.requests === 1);
      assert.deepEqual([live.messages.map(({ text }) => text), log], [['a'], []]);
    });

    it(`of ours that has expired is refused by the server until it is renewed, over ${version}`, async () => {
      const live = await serve(demanding('server', version));
      present('expired');
      start(live);
      // This server hangs up without saying why.
      const message =
        version === 'TLSv1.3'
          ? 'socket hang up'
          : 'Client network socket disconnected before secure TLS connection was established';
      const hint = `renew our certificate in '${path('client.pem')}', which has expired, and '${path('client.key')}'`;
      await goThrough(live, () => present('client'), message, hint);
    });

    it(`of the server that has expired is refused by us until it is renewed, over ${version}`, async () => {
      const live = await serve(demanding('server-expired', version));
      present('client');
      start(live);
      const mend = (): void => live.show(demanding('server', version));
      await goThrough(live, mend, 'certificate has expired', 'renew the certificate of the server');
    });
  }
});
