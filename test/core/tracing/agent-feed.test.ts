import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createAgentFeed, type AgentFeed } from '@wgotel/core/tracing';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { until } from '../../support/process.js';
import { repositoryPath } from '../../support/repository.js';
import { collectDiagLog } from '../receiver/diag-log.js';
import { frame, header, linesOf, there, tunnel } from './stream.js';

const a = tunnel('aaaaaaaaaaaaaaaa');

let folder: string;
let path: string;
let server: Server | undefined;
let feed: AgentFeed;
/** Answers that are under way. */
let answers: ServerResponse[];

/** Plays the agent. */
async function serve(answer: (response: ServerResponse) => void): Promise<void> {
  server = createServer((_, response) => {
    answers.push(response.on('error', () => undefined));
    answer(response);
  });
  await new Promise<void>((resolve) => void server!.listen(path, resolve));
}

async function stop(): Promise<void> {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
}

describe('the feed of an agent', () => {
  const lines = collectDiagLog();
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wgotel-feed-'));
    path = join(folder, 'state.sock');
    answers = [];
    feed = createAgentFeed({ path });
  });
  afterEach(async () => {
    feed.close();
    await stop();
    rmSync(folder, { recursive: true });
  });

  it('waits for an agent, says once that there is none, and tells of changes', async () => {
    let changes = 0;
    feed.onChange(() => changes++);
    await until('it was said', () => lines.length > 0);
    await delay(300);
    await serve((response) => response.write(linesOf(header(), there(1, a), frame(1))));
    await until('there is a tunnel', () => feed.current().length === 1);
    assert.deepEqual(feed.current(), [a]);
    const views = feed.current();
    answers[0]!.write(linesOf(frame(2)));
    await delay(50);
    assert.deepEqual([feed.current() === views, changes], [true, 1]);
    assert.deepEqual(lines, [
      `warn ${path}: nothing is known of tunnels: nobody answers: is the agent running (\`wgotel run\`), with the extension state_socket?`,
      `info ${path}: the agent tells of its tunnels again`,
    ]);
  });

  it('knows nothing any more after three intervals of silence, and hangs up', async () => {
    let begun = Infinity;
    await serve((response) => {
      begun = Math.min(begun, performance.now());
      response.write(linesOf(header(), there(1, a), frame(1)));
    });
    await until('there is a tunnel', () => feed.current().length === 1);
    await until('there is none', () => feed.current().length === 0);
    assert.ok(performance.now() - begun > 1000);
    await until('it comes again', () => answers.length > 1);
  });

  it('keeps what was said while an agent starts again', async () => {
    const whole = linesOf(header(), there(1, a), frame(1));
    await serve((response) => response.write(whole));
    await until('there is a tunnel', () => feed.current().length === 1);
    const views = feed.current();
    let changes = 0;
    feed.onChange(() => changes++);
    await stop();
    await delay(100);
    await serve((response) => response.write(whole));
    await until('it is there again', () => answers.length === 2);
    await delay(100);
    assert.deepEqual([feed.current() === views, changes], [true, 0]);
  });

  for (const [what, answer] of [
    ['another version', (response) => response.write(linesOf(header({ version: 9 })))],
    ['no JSON', (response) => response.write('<html>\n')],
    ['an error', (response) => response.writeHead(500).end()],
    ['an end at once', (response) => response.end()],
    ['a broken connection', (response) => response.destroy()],
    ['a line without end', (response) => response.write(Buffer.alloc(3 << 20, '['))],
  ] as [string, (response: ServerResponse) => void][]) {
    it(`says once of ${what}, and asks again ever more rarely`, async () => {
      const asked: number[] = [];
      await serve((response) => {
        asked.push(performance.now());
        answer(response);
      });
      assert.deepEqual(feed.current(), []);
      await until('it has asked some times', () => asked.length >= 5);
      assert.equal(lines.length, 1, lines.join('\n'));
      // At least half of 100, 200, 400 and 800 ms.
      assert.ok(asked[4]! - asked[0]! > 700, asked.join());
    });
  }

  it('ends with close, and connects to nobody before it is asked', async () => {
    await serve((response) => response.write(linesOf(header(), there(1, a), frame(1))));
    await delay(50);
    assert.equal(answers.length, 0);
    feed.onChange(() => {
      throw new Error('mine');
    });
    await until('there is a tunnel', () => feed.current().length === 1);
    feed.close();
    assert.deepEqual(feed.current(), []);
    await until('it hung up', () => answers[0]!.destroyed);
    assert.deepEqual(lines, []);
  });

  it('does not keep a process alive', async () => {
    await serve((response) => response.write(linesOf(header(), there(1, a), frame(1))));
    const program = `const { createAgentFeed } = await import('@wgotel/core/tracing');
const feed = createAgentFeed({ path: process.argv[1] });
const held = setInterval(() => undefined, 1000);
feed.onChange(() => {
  console.log(feed.current().length);
  clearInterval(held);
});
feed.current();`;
    const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', program, path], {
      cwd: repositoryPath('.'),
      timeout: 30_000,
    });
    assert.equal(stdout, '1');
  });
});
