import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { StateServer } from '@wgotel/agent';
import type { TunnelView } from '@wgotel/core';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { until } from '../../support/process.js';
import { repositoryPath } from '../../support/repository.js';
import { unprivileged } from '../../support/unprivileged.js';
import { ask, askOnce, linesOf, write, type Line } from './clients.js';

const view = (index: number, fields: Partial<TunnelView> = {}): TunnelView => ({
  interface: 'wg0',
  netns: undefined,
  peerId: index.toString(16).padStart(16, '0'),
  name: undefined,
  tunnelId: '0123456789abcdef',
  allowedIPs: ['10.0.0.1/32'],
  state: 'active',
  handshakeTime: 1_795_000_000_000,
  rtt: undefined,
  session: undefined,
  ...fields,
});
const views = (count: number, fields?: Partial<TunnelView>): TunnelView[] =>
  Array.from({ length: count }, (_, index) => view(index, fields));

let folder: string;
let path: string;
let tunnels: readonly TunnelView[];
let server: StateServer;
const source = {
  tunnels: () => Promise.resolve({ views: tunnels, time: 1_795_000_000_000 }),
  interval: () => 15_000,
};
const listen = (fields: Partial<Parameters<typeof StateServer.listen>[0]> = {}, before?: StateServer) =>
  StateServer.listen({ path, group: undefined, mode: 0o660, explicit: true, ...fields }, source, before);

function publish(next: readonly TunnelView[]): void {
  tunnels = next;
  server.publish();
}

describe('the state socket', () => {
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wgotel-state-'));
    chmodSync(folder, 0o755);
    path = join(folder, 'run', 'state.sock');
    tunnels = views(3);
    server = await listen();
  });
  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  it('tells all there is, in lines that fit the schema of docs/schema', async () => {
    tunnels = [
      view(1, { netns: 'blue', name: 'ali"ce\u00e9', rtt: 1.5 }),
      view(2, { session: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }, handshakeTime: undefined }),
    ];
    const lines = await askOnce(path);
    assert.deepEqual(
      lines.map(({ type }) => type),
      ['header', 'tunnel', 'tunnel', 'frame'],
    );
    assert.deepEqual(
      lines.slice(1, 3).map(({ tunnel }) => tunnel),
      JSON.parse(JSON.stringify(tunnels)),
    );
    const schema = JSON.parse(readFileSync(repositoryPath('docs/schema/tunnels.schema.json'), 'utf8')) as object;
    const validate = new Ajv2020().compile(schema);
    for (const line of [...lines, { type: 'removed', key: 1 }]) {
      assert.ok(validate(line), JSON.stringify([line, validate.errors]));
    }
    assert.equal(validate({ ...lines[1], tunnel: { ...tunnels[0], endpoint: '192.0.2.1:1' } }), false);
  });

  it('tells what changes, and with each scrape that it lives', async () => {
    const lines = linesOf(await ask(path));
    const next = async (count: number): Promise<Line[]> => {
      const some: Line[] = [];
      while (some.length < count) some.push((await lines.next()).value as Line);
      return some;
    };
    const [header, ...all] = await next(5);
    assert.deepEqual([header!['version'], header!['interval'], header!.sequence], [1, 15_000, 1]);
    const keys = all.slice(0, 3).map(({ key }) => key);

    publish(tunnels);
    assert.deepEqual(await next(1), [{ type: 'frame', sequence: 2, time: 1_795_000_000_000 }]);

    publish([tunnels[0]!, view(1, { state: 'stale' }), view(7)]);
    const [changed, added, removed, frame] = await next(4);
    assert.deepEqual([changed!.key, changed!.tunnel?.peerId], [keys[1], tunnels[1]!.peerId]);
    assert.ok(!keys.includes(added!.key));
    assert.deepEqual(removed, { type: 'removed', key: keys[2] });
    assert.equal(frame!.sequence, 3);
    await lines.return(undefined);
    await until('the client is gone', () => server.status.clients === 0);
  });

  it('cuts off whoever is 4 MiB behind, and goes on for the others', async () => {
    const slow = await ask(path);
    const end = once(slow, 'error');
    const lines = linesOf(await ask(path));
    await until('both are there', () => server.status.clients === 2);
    for (let round = 0, frames = -1; round < 12; round++) {
      publish(views(5000, { name: `round ${round}` }));
      for (; frames < round;) if (((await lines.next()).value as Line).type === 'frame') frames++;
    }
    await until('the slow one is cut off', () => server.status.dropped === 1);
    slow.resume();
    assert.match(String((await end)[0]), /aborted/);
  });

  it('lets a client take its time with what there was when it came', async () => {
    tunnels = views(40_000);
    const response = await ask(path);
    await until('it is there', () => server.status.clients === 1);
    for (let round = 0; round < 3; round++) publish(tunnels);
    let frames = 0;
    for await (const { type } of linesOf(response)) if (type === 'frame' && ++frames === 4) break;
    assert.deepEqual([frames, server.status.dropped], [4, 0]);
  });

  it('has at most 128 clients', async () => {
    const all = await Promise.all(Array.from({ length: 134 }, () => ask(path)));
    const codes = all.map(({ statusCode }) => statusCode);
    assert.deepEqual(
      [codes.filter((code) => code === 200).length, codes.filter((code) => code === 503).length],
      [128, 6],
    );
    for (const response of all) response.destroy();
    await until('they are gone', () => server.status.clients === 0);
    assert.equal((await askOnce(path)).length, 5);
  });

  it('is not harmed by garbage, broken requests and half-closed connections', async () => {
    const garbage = [
      'GET',
      '\r\n\r\n\r\n',
      '\u0000\u0001\u0002'.repeat(1000),
      'GET // HTTP/1.1\r\nhost: a\r\n\r\n',
      'GET /v1/tunnels?watch=%ff&%&watch HTTP/1.1\r\nhost: a\r\n\r\n',
      'GET http://[ HTTP/1.1\r\nhost: a\r\n\r\n',
      `GET /v1/tunnels HTTP/1.1\r\n${'a: b\r\n'.repeat(5000)}`,
      'POST /v1/tunnels HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999\r\n\r\nabc',
      'GET /v1/tunnels HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(3),
    ];
    const sockets = await Promise.all(garbage.map((text) => write(path, text)));
    const half = await write(path, 'GET /v1/tunnels HTTP/1.1\r\nhost: a\r\n\r\n');
    half.end();
    for (let round = 0; round < 3; round++) publish(views(3, { name: `${round}` }));
    assert.equal((await askOnce(path)).length, 5);
    for (const socket of [...sockets, half]) socket.destroy();
    await until('they are gone', () => server.status.clients === 0);
  });

  for (const [url, method, code] of [
    ['/', 'GET', 404],
    ['/v1/tunnels/x', 'GET', 404],
    ['/v1/tunnels', 'POST', 405],
  ] as const) {
    it(`answers ${method} ${url} with ${code}`, async () => {
      const response = await ask(path, url, method);
      response.resume();
      assert.equal(response.statusCode, code);
    });
  }

  it('has its permissions and its group', async () => {
    const { mode, gid } = statSync(path);
    assert.deepEqual([mode & 0o777, gid], [0o660, process.getgid!()]);
    const other = await listen({ path: join(folder, 'other.sock'), group: '65534', mode: 0o600 });
    const { mode: otherMode, gid: otherGid } = statSync(other.path);
    assert.deepEqual([otherMode & 0o777, otherGid], [0o600, 65534]);
    await other.close();
    assert.equal(existsSync(other.path), false);
  });

  it('is read by those in the group, and by no others', async function () {
    if (process.geteuid?.() !== 0) this.skip();
    const before = server;
    server = await listen({ group: '65534' }, before);
    await before.close();
    await assert.rejects(
      unprivileged(() => ask(path)),
      { code: 'EACCES' },
    );
    const group = process.getegid!();
    process.setegid!(65534);
    try {
      const lines = await unprivileged(() => askOnce(path));
      assert.equal(lines.length, 5);
    } finally {
      process.setegid!(group);
    }
  });

  it('takes the place of one whose agent has died, and of nothing else', async () => {
    const stale = join(folder, 'stale.sock');
    const dead = createServer().listen(stale);
    await once(dead, 'listening');
    const other = listen({ path: stale });
    await assert.rejects(other, {
      message: `tunnels can't be told of at ${stale}: another agent listens there; set extensions.state_socket.path`,
    });
    // What a process leaves behind that is killed.
    renameSync(stale, `${stale}.kept`);
    dead.close();
    await once(dead, 'close');
    renameSync(`${stale}.kept`, stale);
    const heir = await listen({ path: stale });
    assert.equal((await askOnce(stale)).length, 5);
    await heir.close();

    writeFileSync(stale, 'mine');
    await assert.rejects(listen({ path: stale }), /there is something that is no socket/);
    assert.equal(readFileSync(stale, 'utf8'), 'mine');
  });

  it('says which group is missing', async () => {
    await assert.rejects(
      listen({ path: join(folder, 'a.sock'), group: 'nobody-has-this' }),
      /there is no group nobody-has-this: make it, or name another/,
    );
  });
});
