import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { describe, it } from 'mocha';
import { Connections, Hosts } from './internals.js';

describe('Connections', () => {
  it('bother no socket with what goes wrong here', async () => {
    let calls = 0;
    const connections = new Connections(new Hosts(), () => {
      calls++;
      throw new Error('not the application’s');
    });
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const accepted = once(server, 'connection');
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      await Promise.all([once(socket, 'connect'), accepted]);
      socket.destroy();
      assert.equal(calls, 2);
    } finally {
      connections.close();
      server.close();
    }
  });

  it('tells the other end of each connection when it opens, until it is closed', async () => {
    const opened: string[] = [];
    const connections = new Connections(new Hosts(), (address) => opened.push(address));
    const server = createServer().listen(0, '127.0.0.2');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const meet = async (): Promise<void> => {
      const accepted = once(server, 'connection');
      const socket = connect({ port, host: '127.0.0.2', localAddress: '127.0.0.3' });
      await Promise.all([once(socket, 'connect'), accepted]);
      socket.destroy();
    };
    try {
      await meet();
      assert.deepEqual(opened.toSorted(), ['127.0.0.2', '127.0.0.3']);
      connections.close();
      await meet();
      assert.equal(opened.length, 2);
    } finally {
      connections.close();
      server.close();
    }
  });
});
