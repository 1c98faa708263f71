import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { peerId } from '@wgotel/core';
import { describe, it } from 'mocha';
import type { RouterStatus } from '../../../examples/custom-source/router-source.js';
import { startProcess, until } from '../../support/process.js';
import { repositoryPath } from '../../support/repository.js';
import { keyOf } from '../../support/snapshots.js';

const MAIN = repositoryPath('build/examples/custom-source/main.js');

const client = (label: string, seen: number): RouterStatus['clients'][number] => ({
  key: keyOf(label),
  address: '198.51.100.7:4711',
  networks: ['10.0.0.2/32'],
  seen,
  down: 1000,
  up: 500,
});

describe('examples/custom-source', () => {
  it('tells the state of each peer of a router, and what changes', async () => {
    const now = Math.floor(Date.now() / 1000);
    let status: RouterStatus | undefined = {
      interface: 'wan0',
      publicKey: keyOf('router'),
      port: 51820,
      clients: [client('a', now - 10), { ...client('b', 0), up: 0 }],
    };
    const server = createServer((_, response) => {
      response.statusCode = status === undefined ? 503 : 200;
      response.end(JSON.stringify(status ?? {}));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const program = startProcess(process.execPath, [MAIN, url, '100']);
    try {
      const said = (text: string): Promise<boolean> =>
        until(text, () => program.output().includes(text), { process: program });
      await said(`wan0 ${peerId(keyOf('a'))}: active\nwan0 ${peerId(keyOf('b'))}: never\n`);
      const asBefore = status;
      status = undefined;
      // A router that does not answer is no peer that is gone.
      await new Promise((resolve) => server.once('request', resolve));
      status = { ...asBefore, clients: [client('a', now - 10)] };
      await said(`${peerId(keyOf('b'))}: peer.removed\n`);
      status = { ...asBefore, clients: [client('a', now)] };
      await said(`${peerId(keyOf('a'))}: peer.handshake\n`);
      assert.equal(program.output().split('peer.removed').length, 2, program.output());
    } finally {
      await program.stop();
      server.close();
    }
  });
});
