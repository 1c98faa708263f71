import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { describe, it } from 'mocha';
import { Connections, Hosts } from './internals.js';

describe('Connections', () => {
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
