import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHost, resourceAttributes } from '@wgotel/agent';
import { describe, it } from 'mocha';

const machineId = '0123456789abcdef0123456789abcdef';
const host = { name: 'gateway', machineId };

describe('the resource', () => {
  it('says who the agent is, and never the machine id', () => {
    const { 'service.version': version, ...attributes } = resourceAttributes(host);
    assert.match(String(version), /^\d+\.\d+\.\d+/);
    // The UUID is what Python's uuid.uuid5 makes of the same; the id is an HMAC by openssl.
    assert.deepEqual(attributes, {
      'service.name': 'wgotel',
      'service.instance.id': '85d8b67d-0d90-5890-afee-f5de4231bdf3',
      'host.name': 'gateway',
      'host.id': '847bad9032b41bbd5a6a2d922f4ecfb3',
    });
  });

  it('makes do without a machine id', () => {
    const attributes = resourceAttributes({ name: 'gateway', machineId: undefined });
    assert.equal('host.id' in attributes, false);
    assert.notEqual(attributes['service.instance.id'], resourceAttributes(host)['service.instance.id']);
  });

  it('gives way to what it is told, and tells services of a host apart', () => {
    const attributes = resourceAttributes(host, { 'service.name': 'edge', 'host.name': 'h', site: 's' });
    assert.deepEqual([attributes['service.name'], attributes['host.name'], attributes['site']], ['edge', 'h', 's']);
    assert.notEqual(attributes['service.instance.id'], resourceAttributes(host)['service.instance.id']);
  });

  it('reads the first file that holds a machine id', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wgotel-host-'));
    try {
      const [missing, unset, set] = ['missing', 'unset', 'set'].map((name) => join(folder, name));
      await writeFile(unset!, 'uninitialized\n');
      await writeFile(set!, `${machineId}\n`);
      assert.deepEqual(readHost([missing!, unset!, set!]), { name: hostname(), machineId });
      assert.deepEqual(readHost([missing!, unset!]), { name: hostname(), machineId: undefined });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
