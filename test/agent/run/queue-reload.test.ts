import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Outage } from '../../support/outage.js';
import { freePort, until } from '../../support/process.js';
import { OtlpServer } from '../exporter/otlp-server.js';
import { pointsOf } from './outage-points.js';
import { startCli } from './agent-process.js';

const DONE = /the configuration was read again/;

describe('a queue on disk, on SIGHUP', function () {
  this.timeout(60_000);
  let outage: Outage;
  let server: OtlpServer;

  beforeEach(async () => {
    server = await OtlpServer.start();
    // Nobody listens where it sends to first.
    outage = await Outage.begin(await freePort());
    outage.start();
    await outage.scraped(5);
  });
  afterEach(async () => {
    await outage.close();
    server.stop();
  });

  const arrived = (): Promise<unknown> =>
    until('all has arrived', () => server.received.length > 0 && outage.files.length === 0);
  const assertComplete = (): void => outage.assertComplete(server.received.map(({ bytes }) => pointsOf(bytes)));

  it('is taken over by the exporter that is there now, and nothing is lost or comes twice', async () => {
    outage.configure(server.port);
    await outage.reload(DONE);
    await arrived();
    outage.configure(server.port, 'sending_queue: { storage: file_storage, queue_size: 1000000 }');
    for (let times = 0; times < 3; times++) await outage.reload(DONE);
    await outage.scraped(3);
    await outage.end();
    assert.deepEqual(outage.files, []);
    assertComplete();
  });

  it('goes on as it was when the new configuration can not be used', async () => {
    outage.configure(server.port, 'header_files: { x: /none }, sending_queue: { storage: file_storage }');
    await outage.reload(/the old configuration stays.*\/none/);
    const before = outage.files.length;
    await outage.scraped(3);
    await until('more is kept', () => outage.files.length > before);
    outage.configure(server.port);
    await outage.reload(DONE);
    await arrived();
    await outage.end();
    assertComplete();
  });

  it('is left when the exporter has none any more, and goes out when it has one again', async () => {
    outage.configure(server.port, 'compression: gzip');
    await outage.reload(DONE);
    await until('something has arrived', () => server.received.length > 2);
    assert.ok(outage.files.length > 3);
    outage.configure(server.port);
    await outage.reload(DONE);
    await arrived();
    await outage.end();
    const points = server.received.flatMap(({ bytes }) => pointsOf(bytes));
    const numbers = new Set(points.filter(({ metric }) => metric === 'wireguard.peer.io').map(({ value }) => value));
    for (let number = 1; number <= outage.scrapes; number++) assert.ok(numbers.has(number), `${number} is missing`);
  });

  it('is of one agent at a time', async () => {
    const other = startCli(['run', '--config', `${outage.folder}/config.yaml`]);
    assert.deepEqual(await other.ended, [2, null]);
    assert.match(other.output.err, /is in use by another wgotel: give each a directory of its own/);
  });
});
