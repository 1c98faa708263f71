import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { status } from '@grpc/grpc-js';
import { describe, it } from 'mocha';
import { until } from '../../support/process.js';
import { OK, OtlpServer, type Answer } from '../exporter/otlp-server.js';
import { startCli, withAgent, type AgentProcess } from './agent-process.js';

/** Runs a test with an agent that sends to a server. */
async function withServer(
  answer: (index: number) => Answer | Promise<Answer>,
  test: (agent: AgentProcess, server: OtlpServer) => Promise<void>,
): Promise<void> {
  const server = await OtlpServer.start(answer);
  const endpoint = `http://127.0.0.1:${server.port}`;
  try {
    await withAgent({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, (agent) => test(agent, server));
  } finally {
    server.stop();
  }
}

describe('wgotel run', () => {
  it('says what it does, sends metrics of every scrape, and ends in good order on SIGTERM', () =>
    withServer(
      () => OK,
      async ({ child, output, ended }, server) => {
        await until('three scrapes are there', () => server.received.length >= 3);
        child.kill('SIGTERM');
        assert.deepEqual(await ended, [0, null]);
        const said = output.err.split('\n').find((line) => line.includes('wgotel reads WireGuard'));
        // The port of the page that is there by default may be another's.
        assert.match(
          said!,
          /\tinfo\twgotel reads WireGuard\t{"version": "\d.*", "receivers": \["wireguard: uapi every 0.1s"\], "exporters": \["otlp_grpc: http:\/\/127.0.0.1:\d+ \(metrics, logs, traces\)"(?:,"prometheus: http:\/\/127.0.0.1:9586\/metrics")?\]}$/,
        );
        assert.equal(output.out, '');
        assert.ok(server.received[0]?.bytes.includes('wireguard.peer.io'));
        assert.ok(server.received[0]?.bytes.includes('wg0'));
      },
    ));

  it('delivers what is still queued before it ends', async () => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    await withServer(
      () => opened.then(() => OK),
      async ({ child, output, ended }, server) => {
        await until('a request is under way', () => server.received.length > 0);
        child.kill('SIGINT');
        await until('it has heard', () => output.err.includes('wgotel is ending'));
        open();
        assert.deepEqual(await ended, [0, null]);
        const { enqueued, sent, queued } = JSON.parse(output.err.slice(output.err.lastIndexOf('\t'))).otlp_grpc.metrics;
        assert.deepEqual([sent, queued], [enqueued, { requests: 0, items: 0 }]);
        assert.equal(server.received.length, sent.requests);
      },
    );
  });

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`ends at once with code ${code} on the second signal, ${signal}`, () =>
      withServer(
        () => 'hang',
        async ({ child, output, ended }, server) => {
          await until('a request is under way', () => server.received.length > 0);
          child.kill('SIGTERM');
          await until('it has heard', () => output.err.includes('wgotel is ending'));
          child.kill(signal);
          assert.deepEqual(await ended, [code, null]);
        },
      ));
  }

  it('goes on when the server refuses, and says so once', () =>
    withServer(
      () => ({ code: status.PERMISSION_DENIED, details: 'not you' }),
      async ({ child, output, ended }, server) => {
        await until('three scrapes are there', () => server.received.length >= 3);
        child.kill('SIGTERM');
        assert.deepEqual(await ended, [0, null]);
        assert.equal(output.err.match(/dropped a request\t.*"message": "not you"/g)?.length, 1);
      },
    ));

  it('says which variable is missing, and goes on without', () =>
    withAgent({}, async ({ child, output, ended }) => {
      await until('it says so', () => /\twarn\t.*OTEL_EXPORTER_OTLP_ENDPOINT/.test(output.err));
      child.kill('SIGTERM');
      assert.deepEqual(await ended, [0, null]);
    }));

  it('goes on where somebody else is on the port of the page that nobody asked for, and says so', async () => {
    const taken = createServer().on('error', () => undefined);
    // If it is taken already, that will do.
    await new Promise<void>((resolve) => taken.once('error', () => resolve()).listen(9586, '127.0.0.1', resolve));
    try {
      await withAgent({}, async ({ child, output, ended }) => {
        await until('it has begun', () => output.err.includes('wgotel reads WireGuard'));
        assert.match(output.err, /\twarn\tmetrics can't be served on 127\.0\.0\.1:9586: another program listens there/);
        child.kill('SIGTERM');
        assert.deepEqual(await ended, [0, null]);
      });
    } finally {
      taken.close();
    }
  });

  it('goes on when WireGuard can’t be read', async () => {
    const { child, output, ended } = startCli(['run', '--source', 'uapi', '--uapi-directory', 'no/such/folder']);
    await until('it says so', () => /no\/such\/folder/.test(output.err));
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
  });

  it('lists all that is wrong with its configuration, and ends with code 2', async () => {
    const env = { OTEL_EXPORTER_OTLP_HEADERS: 'hidden', OTEL_EXPORTER_OTLP_PROTOCOL: 'pigeon' };
    const { output, ended } = startCli(['run', '--interval', '5', '--source', 'x'], env);
    assert.deepEqual(await ended, [2, null]);
    assert.equal(
      output.err,
      `wgotel: the configuration can't be used:
  --interval: expected a duration such as 300ms, 15s or 1m30s, at least 1 ms, not '5'
  --source: expected one of auto, uapi, netlink, wg-show, reader, recorded, not 'x'
  OTEL_EXPORTER_OTLP_HEADERS: entry 1 is not of the form key=value
  OTEL_EXPORTER_OTLP_PROTOCOL: expected one of grpc, http/protobuf, http/json, not 'pigeon'
`,
    );
  });
});

describe('wgotel', () => {
  for (const [args, code, out, err] of [
    [['--help'], 0, /Examples:\n {2}\$ wgotel once/, /^$/],
    [['run', '--help'], 0, /OTEL_EXPORTER_OTLP_ENDPOINT[^]*\$ wgotel run --endpoint/, /^$/],
    [['--version'], 0, /^\d+\.\d+\.\d+\n$/, /^$/],
    [[], 2, /^$/, /Usage: wgotel/],
    [['walk'], 2, /^$/, /unknown command 'walk'/],
    [['run', '--fast'], 2, /^$/, /unknown option '--fast'/],
    [['run', 'now'], 2, /^$/, /too many arguments/],
  ] as const) {
    it(`${args.join(' ') || 'alone'} ends with code ${code}`, async () => {
      const { output, ended } = startCli(args);
      assert.deepEqual(await ended, [code, null]);
      assert.match(output.out, out);
      assert.match(output.err, err);
    });
  }
});
