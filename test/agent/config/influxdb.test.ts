import assert from 'node:assert/strict';
import type { InfluxDbConfig } from '@wgotel/agent';
import { describe, it } from 'mocha';
import { read } from './config.js';

function influxDb(section: string): InfluxDbConfig {
  const { metrics, ...rest } = read(`exporters: { influxdb: ${section} }`, { TOKEN: 'abc' }).exporters['influxdb']!;
  assert.deepEqual(rest, {});
  assert.ok(metrics?.type === 'influxdb');
  return metrics;
}

describe('the section of an exporter to InfluxDB', () => {
  for (const [section, url, authorization] of [
    [
      '{ endpoint: "http://h:8086", org: o p, bucket: "b/&c", token: "${env:TOKEN}" }',
      'http://h:8086/api/v2/write?org=o+p&bucket=b%2F%26c&precision=ns',
      'Token abc',
    ],
    ['{ endpoint: "https://h/", bucket: b }', 'https://h/api/v2/write?bucket=b&precision=ns', undefined],
    ['{ endpoint: "https://h/a/write", bucket: b }', 'https://h/a/write?bucket=b&precision=ns', undefined],
    [
      '{ endpoint: "http://h:8086", v1_compatibility: { enabled: true, db: d, username: u, password: "p:ä" } }',
      'http://h:8086/write?db=d&precision=ns',
      `Basic ${Buffer.from('u:p:ä').toString('base64')}`,
    ],
    [
      '{ endpoint: "http://h", bucket: b, headers: { authorization: Bearer x } }',
      'http://h/api/v2/write?bucket=b&precision=ns',
      'Bearer x',
    ],
  ] as const) {
    it(`leads to ${url}`, () => {
      const config = influxDb(section);
      assert.deepEqual([config.url, config.headers['authorization']], [url, authorization]);
      assert.equal(config.tls.insecure, url.startsWith('http:'));
    });
  }

  it('takes what other exporters take, and a queue on disk', () => {
    const { compression, timeout, retry, queue } = read(`
exporters: { influxdb: { endpoint: "http://h", bucket: b, compression: none, timeout: 3s, sending_queue: { storage: file_storage } } }
extensions: { file_storage: { directory: /d } }
service: { extensions: [file_storage] }`).exporters['influxdb']!.metrics as InfluxDbConfig;
    assert.deepEqual([compression, timeout, retry.maxElapsedTime], ['none', 3000, 0]);
    assert.equal(queue.storage, '/d');
  });
});
