import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { startProcess, until } from '../../support/process.js';
import { repositoryPath } from '../../support/repository.js';

describe('the example that reacts to changes', () => {
  it('tells that a tunnel is broken, that it is back, and that its device is gone', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'wgotel-react-'));
    let isThere = true;
    let handshake = 0;
    let asked = 0;
    const device = createServer((connection) => {
      connection.on('data', () => {
        asked++;
        if (isThere) handshake = Math.floor(Date.now() / 1000);
        connection.end(answer(handshake));
      });
    }).listen(join(directory, 'wg0.sock'));
    await once(device, 'listening');
    const main = repositoryPath('build/examples/react/main.js');
    const example = startProcess(process.execPath, [main, directory, '100', '2500']);
    const says = (text: RegExp): Promise<true> =>
      until(`it says ${text}`, () => text.test(example.output()), { process: example });
    try {
      await until('it has read twice', () => asked >= 2, { process: example });
      isThere = false;
      await says(/^wg0 [0-9a-f]{16} is broken: expired$/m);
      isThere = true;
      await says(/^wg0 [0-9a-f]{16} is back$/m);
      device.close();
      rmSync(join(directory, 'wg0.sock'), { force: true });
      await says(/^wg0 is gone or down$/m);
      await example.stop();
      assert.equal(example.output().split('\n').length, 4, example.output());
    } finally {
      await example.stop();
      device.close();
      rmSync(directory, { recursive: true });
    }
  });
});

/** What a device with one peer says of itself. */
function answer(handshake: number): string {
  return [
    `private_key=${'a'.repeat(64)}`,
    'listen_port=51820',
    `public_key=${'b'.repeat(64)}`,
    `last_handshake_time_sec=${handshake}`,
    'last_handshake_time_nsec=0',
    'tx_bytes=100',
    'rx_bytes=100',
    'persistent_keepalive_interval=0',
    'protocol_version=1',
    'allowed_ip=10.0.0.1/32',
    'errno=0\n\n',
  ].join('\n');
}
