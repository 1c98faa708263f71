import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { until } from '../../support/process.js';
import { repositoryPath } from '../../support/repository.js';
import { ask } from './clients.js';

// A minute can be let pass only from within.
const { Client } = (await import(
  repositoryPath('packages/agent/dist/state-socket/client.js')
)) as typeof import('../../../packages/agent/src/state-socket/client.js');
type OneClient = InstanceType<typeof Client>;

const PIECES = Array.from({ length: 32 }, () => Buffer.alloc(64 << 10, '\n'));
const CHANGE = [Buffer.from('a change\n')];

describe('a client of the state socket that has not caught up', () => {
  let folder: string;
  let server: Server;
  let client: OneClient | undefined;
  let time = 0;
  let dropped = 0;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wgotel-client-'));
    [time, dropped, client] = [0, 0, undefined];
    server = createServer((_, response) => {
      response.flushHeaders();
      client = new Client(
        response,
        () => dropped++,
        () => time,
      );
      client.begin(PIECES);
    }).listen(join(folder, 'state.sock'));
    await once(server, 'listening');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  it('is cut off after a minute, once', async () => {
    const response = await ask(join(folder, 'state.sock'));
    const end = once(response, 'error');
    for (time of [59_000, 60_000]) client!.push(CHANGE);
    assert.equal(dropped, 0);
    for (time of [60_001, 70_000]) client!.push(CHANGE);
    assert.equal(dropped, 1);
    response.resume();
    assert.match(String((await end)[0]), /aborted/);
  });

  it('has another minute from when it did', async () => {
    const response = await ask(join(folder, 'state.sock'));
    let bytes = 0;
    response.on('data', ({ length }: Buffer) => (bytes += length));
    await until('it has all', () => bytes === PIECES.length * PIECES[0]!.length);
    response.pause();
    time = 100_000;
    client!.push(CHANGE);
    client!.push(PIECES);
    time = 160_000;
    client!.push(CHANGE);
    assert.equal(dropped, 0);
    time = 160_001;
    client!.push(CHANGE);
    assert.equal(dropped, 1);
    response.on('error', () => undefined).destroy();
  });
});
