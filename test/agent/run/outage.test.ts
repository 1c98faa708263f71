import assert from 'node:assert/strict';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeQueueFile } from '@wgotel/agent';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { KeySearch } from '../../core/secrets/search.js';
import { secretKeysOf, toReply } from '../../core/source/device-text.js';
import { deviceAt, Outage, TEN_MINUTES, withoutRepetitions } from '../../support/outage.js';
import { freePort, until } from '../../support/process.js';
import { OK, OtlpServer, type Answer } from '../exporter/otlp-server.js';
import { pointsOf } from './outage-points.js';

/** Writes what it gets into a file, and says that it has it once it is on disk. */
class Receiver {
  readonly #journal: FileHandle;
  readonly #path: string;
  readonly #port: number;
  #server: OtlpServer | undefined;
  /** Whether it says so. */
  acknowledges = true;
  /** How many it has on disk. */
  count = 0;

  private constructor(journal: FileHandle, path: string, port: number) {
    this.#journal = journal;
    this.#path = path;
    this.#port = port;
  }

  static async open(path: string, port: number): Promise<Receiver> {
    return new Receiver(await open(path, 'a'), path, port);
  }

  async start(): Promise<void> {
    const answer = async (index: number, signal: string): Promise<Answer> => {
      if (signal !== 'metrics') return OK;
      await this.#journal.appendFile(`${server.received[index]!.bytes.toString('base64')}\n`);
      await this.#journal.datasync();
      this.count++;
      return this.acknowledges ? OK : 'hang';
    };
    const server = await OtlpServer.start(answer, { port: this.#port });
    this.#server = server;
  }

  stop(): void {
    this.#server?.stop();
  }

  /** What is on disk, in base64. */
  async arrived(): Promise<string[]> {
    return (await readFile(this.#path, 'utf8')).split('\n').slice(0, -1);
  }

  async close(): Promise<void> {
    this.stop();
    await this.#journal.close();
  }
}

describe('wgotel run with a queue on disk', function () {
  this.timeout(120_000);
  let outage: Outage;
  let receiver: Receiver;
  let port: number;

  beforeEach(async () => {
    port = await freePort();
    outage = await Outage.begin(port);
    receiver = await Receiver.open(join(outage.folder, 'journal'), port);
  });
  afterEach(async () => {
    await outage.close();
    await receiver.close();
  });

  it('loses no scrape while its server is away for ten minutes’ worth and it is killed twice, and repeats what was in flight', async () => {
    const device = deviceAt(1);
    const keys = new KeySearch(secretKeysOf(device));
    assert.ok(keys.inBytes(toReply(device)));
    await receiver.start();
    outage.start();
    await until('some have arrived', () => receiver.count >= 5);
    receiver.acknowledges = false;
    const before = receiver.count;
    await until('one is in flight', () => receiver.count > before);
    receiver.stop();
    await outage.scraped(TEN_MINUTES / 2);
    await outage.kill();
    const left = outage.files.length;
    outage.start();
    await outage.scraped(TEN_MINUTES / 2);
    await outage.kill();
    assert.ok(outage.files.length > left, `${outage.files.length} after ${left}`);
    // What was being written at a kill is none yet.
    const whole = outage.files.filter((file) => !file.endsWith('.new'));
    for (const file of whole) assert.ok(!keys.inBytes(await decodeQueueFile(await readFile(file))), file);
    outage.start();
    await outage.scraped(3);
    receiver.acknowledges = true;
    await receiver.start();
    await until('all has arrived', () => outage.files.length <= 1);
    await outage.end();
    assert.match(outage.log, /requests are there from before, and go out first/);
    assert.deepEqual(outage.files, []);
    const { once: arrived, repeated } = withoutRepetitions(await receiver.arrived());
    assert.equal(repeated.length, 1);
    outage.assertComplete(arrived.map((request) => pointsOf(Buffer.from(request, 'base64'))));
  });

  it('misses exactly what it has counted as dropped when its queue is too small', async () => {
    outage.configure(port, 'sending_queue: { storage: file_storage, queue_size: 40960 }');
    outage.start();
    await outage.scraped(TEN_MINUTES / 2);
    await receiver.start();
    await until('all has arrived', () => receiver.count > 5 && outage.files.length <= 1);
    await outage.end();
    const { metrics } = JSON.parse(outage.log.slice(outage.log.lastIndexOf('\t'))).otlp_grpc;
    const arrived = (await receiver.arrived()).map((request) => pointsOf(Buffer.from(request, 'base64')));
    const missing = outage.missing(arrived);
    assert.ok(missing.length > 5);
    assert.deepEqual(Object.keys(metrics.dropped), ['queue_full']);
    assert.equal(metrics.dropped.queue_full.requests, missing.length);
    assert.deepEqual([metrics.queued.requests, metrics.sent.requests], [0, arrived.length]);
  });

  it('repeats what was in flight at a kill, byte for byte, and nothing else', async () => {
    await receiver.start();
    outage.start();
    for (let kills = 0; kills < 2; kills++) {
      const before = receiver.count;
      await until('some have arrived', () => receiver.count > before + 2);
      receiver.acknowledges = false;
      const known = receiver.count;
      await until('one is in flight', () => receiver.count > known);
      await outage.scraped(3);
      await outage.kill();
      receiver.acknowledges = true;
      outage.start();
    }
    await until('all has arrived', () => outage.files.length === 0);
    await outage.end();
    const { once: arrived, repeated } = withoutRepetitions(await receiver.arrived());
    assert.equal(repeated.length, 2);
    outage.assertComplete(arrived.map((request) => pointsOf(Buffer.from(request, 'base64'))));
  });
});
