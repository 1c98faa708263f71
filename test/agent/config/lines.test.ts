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

describe('the section of an exporter to Grafana Live', () => {
  const live = (section: string): object => {
    const { metrics, ...rest } = read(`exporters: { grafana_live: ${section} }`).exporters['grafana_live']!;
    assert.deepEqual(rest, {});
    assert.ok(metrics?.type === 'grafana_live');
    const { url, connectTimeout, writeTimeout, readTimeout, textFrames, tls } = metrics;
    return { url, connectTimeout, writeTimeout, readTimeout, textFrames, insecure: tls.insecure };
  };

  it('has the defaults of Telegraf', () => {
    assert.deepEqual(live('{ url: "ws://h:3000/api/live/push/x?a=b" }'), {
      url: 'ws://h:3000/api/live/push/x?a=b',
      connectTimeout: 30_000,
      writeTimeout: 30_000,
      readTimeout: 30_000,
      textFrames: false,
      insecure: true,
    });
  });

  it('takes what there is', () => {
    const section = '{ url: wss://h, connect_timeout: 1s, write_timeout: 2s, read_timeout: 0, use_text_frames: true }';
    assert.deepEqual(live(section), {
      url: 'wss://h/',
      connectTimeout: 1000,
      writeTimeout: 2000,
      readTimeout: 0,
      textFrames: true,
      insecure: false,
    });
  });
});
