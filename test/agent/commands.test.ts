import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordingOf } from '@wgotel/core';
import { Simulator } from '@wgotel/simulator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { after, before, describe, it } from 'mocha';
import { freePort } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';
import { device, EPOCH, peer } from '../support/snapshots.js';
import { HttpServer } from './exporter/http-server.js';
import { OtlpServer } from './exporter/otlp-server.js';
import { startCli } from './run/agent-process.js';

// What can only be seen without privileges, and only where there are some to lack.
const { ofFailure, fileFix } = (await import(
  repositoryPath('packages/agent/dist/commands/check/reading.js')
)) as typeof import('../../packages/agent/src/commands/check/reading.js');

const { renderStatus } = (await import(
  repositoryPath('packages/agent/dist/commands/status.js')
)) as typeof import('../../packages/agent/src/commands/status.js');
type AgentStatus = Parameters<typeof renderStatus>[0];

let folder: string;
let simulator: Simulator;

async function cli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; out: string; err: string }> {
  const { output, ended } = startCli(args, env);
  const [code] = await ended;
  return { code, ...output };
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wgotel-commands-'));
  simulator = new Simulator({ directory: folder });
  simulator.addDevice({ name: 'wg0', peers: 5, age: 600_000 });
  await simulator.start();
});
after(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true });
});

const config = (name: string, exporter: string, more = ''): string => {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, `receivers: { wireguard: { source: uapi, directory: ${folder}${more} } }\n${exporter}\n`, {
    mode: 0o600,
  });
  return path;
};

describe('wgotel check', () => {
  it('says that all is well, a line each, and ends with 0', async () => {
    const server = await OtlpServer.start();
    try {
      const path = config('good', `exporters: { otlp_grpc: { endpoint: "http://127.0.0.1:${server.port}" } }`);
      const { code, out, err } = await cli(['check', '--config', path]);
      assert.deepEqual([code, err], [0, '']);
      const lines = out.trimEnd().split('\n');
      assert.deepEqual(
        lines.filter((line) => !line.includes('clock') && !line.startsWith('      fix:')),
        [
          `ok    configuration: ${path}`,
          'ok    receivers.wireguard, wg0: read by uapi, 5 peers',
          ...['metrics', 'logs', 'traces'].map(
            (signal) => `ok    exporters.otlp_grpc, ${signal}, http://127.0.0.1:${server.port}: takes ${signal}`,
          ),
        ],
      );
      // An empty request, which no backend stores.
      assert.deepEqual(
        server.received.map(({ bytes }) => bytes.length),
        [0],
      );
    } finally {
      server.stop();
    }
  });

  it('says who may ask for pages, and code 2 if that can’t be told', async () => {
    const page = (more: string): Promise<{ code: number | null; out: string }> =>
      cli([
        'check',
        '--config',
        config('pages', `exporters: { prometheus: {}, prometheus/b: { endpoint: wg0:1${more} } }`),
      ]);
    const open = await page('');
    assert.equal(open.code, 0);
    assert.match(
      open.out,
      /^ok {4}exporters\.prometheus, 127\.0\.0\.1:9586: everybody who reaches it may ask, in plain text$/m,
    );
    const none = await page(`, web_config_file: ${join(folder, 'none')}`);
    assert.equal(none.code, 2);
    assert.match(none.out, /^fail {2}exporters\.prometheus\/b, wg0:1: '.*none' can't be read \(ENOENT\)$/m);
  });

  it('says which pipeline a Collector lacks, and posts nothing to a webhook', async () => {
    const server = await OtlpServer.start(undefined, { signals: ['logs'] });
    const hook = await HttpServer.start();
    try {
      const path = config(
        'partly',
        `exporters: { otlp_grpc: { endpoint: "http://127.0.0.1:${server.port}" }, webhook: { endpoint: "http://127.0.0.1:${hook.port}/s3cr3t" } }`,
      );
      const { code, out } = await cli(['check', '--config', path]);
      assert.equal(code, 4);
      assert.match(out, /^ok {4}exporters\.otlp_grpc, logs, .*: takes logs$/m);
      assert.match(
        out,
        /^fail {2}exporters\.otlp_grpc, traces, .*: unimplemented: .*add traces to service\.pipelines there, or send no traces to it$/m,
      );
      assert.match(out, /^ok {4}exporters\.webhook, logs, http:\/\/127\.0\.0\.1:\d+: nothing was posted there$/m);
      assert.deepEqual([hook.received.length, out.includes('s3cr3t')], [0, false]);
    } finally {
      server.stop();
      hook.stop();
    }
  });

  it('names the fix for what is wrong, and ends with 4 where only the Collector is out of reach', async () => {
    const path = config(
      'away',
      `exporters: { otlp_http: { endpoint: "http://127.0.0.1:${await freePort()}" } }`,
      ', names: { files: [/nowhere/names.csv] }',
    );
    const { code, out } = await cli(['check', '--config', path]);
    assert.equal(code, 4);
    assert.match(out, /^fail {2}exporters\.otlp_http, .*ECONNREFUSED.*\n {6}fix: does a Collector listen there\?/m);
    assert.match(out, /^warn {2}receivers\.wireguard, \/nowhere\/names\.csv: it can't be read \(ENOENT\)\n {6}fix: /m);
  });

  it('ends with 1 where nothing can be read, and with 3 where a part can', async () => {
    const none = await cli(['check', '--source', 'uapi', '--uapi-directory', join(folder, 'none')]);
    assert.deepEqual([none.code, /^fail {2}receivers\.wireguard: /m.test(none.out)], [1, true]);
    writeFileSync(
      join(folder, 'two.yaml'),
      `receivers: { wireguard: { source: uapi, directory: ${folder} }, wireguard/b: { source: recorded, file: /nowhere } }`,
      { mode: 0o600 },
    );
    const some = await cli(['check', '--config', join(folder, 'two.yaml')]);
    assert.equal(some.code, 3);
    assert.match(some.out, /^warn {2}exporters: there is none/m);
  });

  it('says what to do about a device, a namespace and a file of names that are not there or may not be read', async () => {
    const more = `, devices: [{ name: wg7 }], names: { configuration_files: [${join(folder, 'secret.conf')}] }`;
    const path = config('missing', '', more);
    writeFileSync(join(folder, 'secret.conf'), '', { mode: 0o600 });
    const missing = await cli(['check', '--config', path]);
    assert.equal(missing.code, 3);
    assert.match(
      missing.out,
      /^fail {2}receivers\.wireguard, wg7: it is required, and not there\n {6}fix: .*wg-quick up wg7/m,
    );
    const elsewhere = join(folder, 'elsewhere.yaml');
    writeFileSync(elsewhere, 'receivers: { wireguard: { source: wg-show, netns: wgotel-no-such } }', { mode: 0o600 });
    const { code, out } = await cli(['check', '--config', elsewhere]);
    assert.equal(code, 1);
    assert.match(
      out,
      /^fail {2}receivers\.wireguard, wg-show in wgotel-no-such: .*\n {6}fix: see that the namespace is there/m,
    );
  });

  it('names the drop-in of the unit that is missing', () => {
    const failure = { device: undefined, code: 'PERMISSION_DENIED', message: 'no' } as const;
    for (const [more, dropIn] of [
      [{ source: 'reader' }, /as the user that the reader runs as: sudo --user=wgotel/],
      [
        { source: 'uapi' },
        /CAP_DAC_OVERRIDE \(to the reader, where one reads\): deploy\/systemd\/wgotel\.service\.d\/userspace\.conf$/,
      ],
      [{ source: 'wg-show' }, /CAP_NET_ADMIN: deploy\/systemd\/wgotel\.service;/],
      [
        { source: 'wg-show', netns: 'blue' },
        /CAP_SYS_ADMIN too \(to the reader, where one reads\): deploy\/systemd\/wgotel\.service\.d\/netns\.conf$/,
      ],
    ] as const) {
      assert.match(ofFailure('wireguard', { ...failure, ...more }).fix ?? '', dropIn);
    }
    assert.match(fileFix("it can't be read (EACCES)"), /deploy\/systemd\/wgotel\.service\.d\/names\.conf$/);
  });

  it('ends with 2 for a configuration that is wrong, or that others may write', async () => {
    const wrong = join(folder, 'wrong.yaml');
    writeFileSync(wrong, 'receivers: { wireguard: { tmeout: 1s } }', { mode: 0o600 });
    const { code, err } = await cli(['check', '--config', wrong]);
    assert.equal(code, 2);
    assert.match(err, /wrong\.yaml:1:27 receivers\.wireguard\.tmeout: there is no such key; did you mean timeout\?/);
    const open = join(folder, 'open.yaml');
    writeFileSync(open, '');
    execFileSync('chmod', ['666', open]);
    const { code: refused, err: why } = await cli(['run', '--config', open]);
    assert.equal(refused, 2);
    assert.match(why, /open\.yaml: others may write this file, and with it say which program is run; run chmod go-w /);
  });
});

describe('wgotel once', () => {
  it('names peers, reads all receivers of a configuration, and writes a recording that can be read back', async () => {
    const path = config('named', '', `, names: { files: [${join(folder, 'names.csv')}] }`);
    const plain = await cli(['once', '--config', path, '--format', 'json']);
    const [first] = JSON.parse(plain.out).devices[0].peers;
    writeFileSync(join(folder, 'names.csv'), `${first.id},gateway of \u001b[2Jthe office\u202e\n`);
    const recording = join(folder, 'recording.json');
    const { code, out, err } = await cli(['once', '--config', path, '--record', recording]);
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /^gateway of \[2Jthe office /m);
    const json = await cli(['once', '--config', path, '--format', 'json']);
    assert.equal(
      JSON.parse(json.out).devices[0].peers.find(({ id }: { id: string }) => id === first.id).name,
      'gateway of [2Jthe office',
    );
    const otlp = await cli(['once', '--config', path, '--format', 'otlp']);
    assert.ok(otlp.out.includes('"gateway of [2Jthe office"'));

    assert.equal(statSync(recording).mode & 0o777, 0o600);
    const text = readFileSync(recording, 'utf8');
    assert.ok(!text.includes(first.publicKey) && !text.includes('gateway') && !text.includes(first.endpoint));
    const again = join(folder, 'again.yaml');
    writeFileSync(again, `receivers: { wireguard: { source: recorded, file: ${recording} } }`, { mode: 0o600 });
    const read = JSON.parse((await cli(['once', '--config', again, '--format', 'json'])).out);
    assert.equal(read.devices[0].peers.length, 5);
    const twice = await cli(['once', '--config', path, '--record', recording]);
    assert.deepEqual([twice.code, /there is such a file already/.test(twice.err)], [2, true]);
  });
});

describe('wgotel once, where a device is required', () => {
  it('does not show one that is not there, says so, and leaves it out of a recording', async () => {
    const path = config('required', '', ', devices: [{ name: wg7 }]');
    const recording = join(folder, 'required.json');
    const { code, out, err } = await cli(['once', '--config', path, '--record', recording]);
    assert.deepEqual([code, /wg7/.test(out)], [3, false]);
    assert.equal(err, 'error: wg7 is not there, though the configuration requires it; bring it up\n');
    const none = join(folder, 'only.yaml');
    writeFileSync(
      none,
      `receivers: { wireguard: { source: recorded, file: ${recording}, devices: [{ name: wg7 }] } }`,
      {
        mode: 0o600,
      },
    );
    const again = await cli(['once', '--config', none, '--format', 'json']);
    assert.deepEqual([again.code, JSON.parse(again.out).devices.length], [3, 1]);
  });
});

describe('wgotel once, of other network namespaces', () => {
  it('tells devices of one name apart', async () => {
    const devices = [device([peer('a', { hasPresharedKey: undefined })], { netns: 'blue' }), device([])];
    const path = join(folder, 'netns.json');
    writeFileSync(path, recordingOf({ takenAt: EPOCH, devices, failures: [] }));
    const file = join(folder, 'netns.yaml');
    writeFileSync(file, `receivers: { wireguard: { source: recorded, file: ${path} } }`, { mode: 0o600 });
    const table = await cli(['once', '--config', file]);
    assert.deepEqual(
      table.out
        .split('\n')
        .filter((line) => line.includes('·'))
        .map((line) => line.split(' · ')[0]),
      ['wg0 in blue', 'wg0'],
    );
    const json = JSON.parse((await cli(['once', '--config', file, '--format', 'json'])).out);
    assert.deepEqual(
      json.devices.map(({ netns }: { netns?: string }) => netns),
      ['blue', undefined],
    );
    const schema = JSON.parse(readFileSync(repositoryPath('docs/schema/once.schema.json'), 'utf8')) as object;
    const validate = new Ajv2020().compile(schema);
    assert.ok(validate(json), JSON.stringify(validate.errors));
  });
});

describe('wgotel status', () => {
  it('shows what an agent of another version says as it is, and says to start it again', async () => {
    const server = await HttpServer.start((response) => response.end('{"version":"0.0.1","receivers":[]}'));
    try {
      const { code, out, err } = await cli(['status', '--endpoint', `http://127.0.0.1:${server.port}`]);
      assert.deepEqual([code, JSON.parse(out)], [3, { version: '0.0.1', receivers: [] }]);
      assert.match(err, /^the agent is wgotel 0\.0\.1 and this is \d+\.\d+\.\d+: start the agent again$/m);
    } finally {
      server.stop();
    }
  });

  it('tells devices of several network namespaces apart, and counts one as one', () => {
    const peers = { active: 1, stale: 0, idle: 0, never: 0 };
    const devices = [
      { name: 'wg0', netns: 'blue', up: 1 as const, peers },
      { name: 'wg0', up: 0 as const, peers },
    ];
    const [sent, none] = [
      { requests: 1, items: 11 },
      { requests: 0, items: 0 },
    ];
    const deliveries = { enqueued: sent, restored: none, sent, queued: none, dropped: {} };
    const otlp = { endpoint: 'http://h:1', queuedBytes: 0, lastSuccess: 0, failure: undefined, ...deliveries };
    const status = {
      version: '1',
      startedAt: 0,
      loadedAt: 0,
      receivers: { wireguard: { lastScrape: 0, collectionInterval: 1, skippedScrapes: 0, devices, failures: [] } },
      exporters: { otlp_grpc: { metrics: otlp } },
      pages: { prometheus: ['http://127.0.0.1:9586/metrics'], 'prometheus/wg': [] },
      stateSocket: { path: '/run/state.sock', clients: 1, dropped: 2 },
    };
    const lines = renderStatus(status as unknown as AgentStatus, 0).split('\n');
    assert.deepEqual(lines.slice(3, 5), ['  wg0 in blue: up, 1 active', '  wg0: down, 1 active']);
    assert.deepEqual(lines.slice(6, 8), [
      '  11 points: 11 sent, 0 queued, 0 dropped',
      '  queue in memory: 0 requests, 0 B',
    ]);
    assert.equal(lines[8], 'exporter prometheus: http://127.0.0.1:9586/metrics');
    assert.equal(lines[9], 'exporter prometheus/wg: nowhere, as its interface has no address');
    assert.equal(lines[10], 'state socket: /run/state.sock, 1 client, 2 cut off as too slow');
  });

  it('accounts for everything, on disk and in memory', () => {
    const count = (requests: number, items: number): object => ({ requests, items });
    const traces = {
      endpoint: 'http://h:1',
      queuedBytes: 8704,
      stored: { requests: 2, bytes: 8192, problem: 'ENOSPC: no space left on device, write' },
      enqueued: count(20, 200),
      restored: count(3, 30),
      sent: count(12, 118),
      queued: count(3, 30),
      dropped: { queue_full: count(4, 40), disk: count(1, 10), partial_success: count(0, 2) },
    };
    const status = {
      version: '1',
      startedAt: 0,
      loadedAt: 0,
      receivers: {},
      pages: {},
      exporters: { otlp_grpc: { traces } },
    };
    assert.deepEqual(
      renderStatus(status as unknown as AgentStatus, 0)
        .split('\n')
        .slice(3),
      [
        '  200 spans, 30 of them from before the start: 118 sent, 30 queued, 52 dropped',
        '  queue on disk: 2 requests, 8.00 KiB; in memory: 1 request, 512 B',
        '  dropped 40 spans: queue_full',
        '  dropped 10 spans: disk',
        '  dropped 2 spans: partial_success',
        '  the disk fails, so requests wait in memory: ENOSPC: no space left on device, write',
        '',
      ],
    );
  });

  it('says that there is no device, or why none can be read, with the drop-in that is missing', () => {
    const lines = (...failures: unknown[]): string[] => {
      const wireguard = { lastScrape: 0, collectionInterval: 1, skippedScrapes: 0, devices: [], failures };
      const status = { version: '1', startedAt: 0, loadedAt: 0, receivers: { wireguard }, exporters: {}, pages: {} };
      return renderStatus(status as unknown as AgentStatus, 0)
        .split('\n')
        .slice(3, -1);
    };
    assert.deepEqual(lines(), ['  no WireGuard device']);
    const [failure, fix] = lines({ source: 'uapi', code: 'PERMISSION_DENIED', message: 'no permission' });
    assert.equal(failure, '  failure: uapi: no permission');
    assert.match(fix!, /^ {4}fix: .*CAP_DAC_OVERRIDE .*: .*\/userspace\.conf$/);
  });
});

describe('wgotel completion', () => {
  it('completes commands, what is below them, and options, in bash', async () => {
    const { code, out } = await cli(['completion', 'bash']);
    assert.equal(code, 0);
    const complete = (...words: string[]): string[] => {
      const script = `${out}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _wgotel; echo "\${COMPREPLY[@]}"`;
      return execFileSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' })
        .trim()
        .split(' ');
    };
    assert.deepEqual(complete('wgotel', 'ch'), ['check']);
    assert.deepEqual(complete('wgotel', 'config', 's'), ['schema']);
    assert.deepEqual(complete('wgotel', 'names', 'extract', '--o'), ['--output']);
    assert.deepEqual(complete('wgotel', 'completion', ''), ['bash', 'zsh', 'fish', '--help']);
    assert.ok(complete('wgotel', 'once', '--').includes('--record'));
  });

  for (const shell of ['zsh', 'fish'] as const) {
    it(`names every command for ${shell}`, async () => {
      const { code, out } = await cli(['completion', shell]);
      assert.equal(code, 0);
      for (const word of ['run', 'once', 'check', 'status', 'extract', 'schema'])
        assert.match(out, new RegExp(`\\b${word}\\b`));
    });
  }
});
