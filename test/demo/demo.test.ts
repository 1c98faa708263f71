import assert from 'node:assert/strict';
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, type Options } from 'execa';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { until } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';

const NOBODY = 65534;

/** The columns of a line of the demo: peer, device, state, then numbers. */
const LINE =
  /^(\S+) +(wg\d) +(\S+) +(never|\d+ s ago) +(\S+(?: kB\/s)?) +(\S+(?: kB\/s)?) +([\d.,]+) kB +([\d.,]+) kB +\d+ +(.+)$/;

interface Shown {
  readonly state: string;
  readonly handshake: string;
  readonly received: number;
}

/** What the demo first said of each peer. */
function firstShown(output: string): Map<string, Shown> {
  const peers = new Map<string, Shown>();
  for (const line of output.split('\n')) {
    const [, name = '', , state = '', handshake = '', , , received = '', , change] = LINE.exec(line) ?? [];
    if (change === 'new') peers.set(name, { state, handshake, received: Number(received.replaceAll(',', '')) });
  }
  return peers;
}

describe('the demo', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wgotel-demo-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('shows what arrived and leaves nothing behind after SIGINT', () => runDemo(folder, 'SIGINT', {}));

  it('does so for an ordinary user and after SIGTERM', async () => {
    const isRoot = process.getuid?.() === 0;
    if (isRoot) chownSync(folder, NOBODY, NOBODY);
    await runDemo(folder, 'SIGTERM', isRoot ? { uid: NOBODY, gid: NOBODY } : {});
  });

  // Ctrl-C goes to npm, and the shell it runs, as well: a shell that is still there would die of it.
  it('run by `npm start` ends with code 0 after Ctrl-C', async () => {
    const options = {
      cwd: repositoryPath('.'),
      env: { TMPDIR: folder },
      detached: true,
      reject: false,
      all: true,
    } as const;
    const demo = execa('npm', ['start'], options);
    let output = '';
    demo.all.setEncoding('utf8').on('data', (text: string) => (output += text));
    try {
      await until('all peers', () => firstShown(output).size === 8, { timeoutMs: 50_000 });
      process.kill(-demo.pid!, 'SIGINT');
      assert.equal((await demo).exitCode, 0, output);
      assert.deepEqual(readdirSync(folder), []);
    } finally {
      demo.kill('SIGTERM');
      await demo;
    }
  });
});

async function runDemo(folder: string, signal: 'SIGINT' | 'SIGTERM', options: Options): Promise<void> {
  const begun = performance.now();
  const demo = execa(process.execPath, [repositoryPath('build/examples/demo/main.js')], {
    ...options,
    env: { TMPDIR: folder },
    reject: false,
    all: true,
    buffer: false,
  });
  try {
    let output = '';
    demo.all.setEncoding('utf8').on('data', (text: string) => (output += text));
    const peers = await until('all peers', () => {
      if (demo.exitCode !== null) throw new Error(`the demo ended:\n${output}`);
      const shown = firstShown(output);
      return shown.size === 8 && shown;
    });
    const seconds = (performance.now() - begun) / 1000;

    const states = Object.fromEntries([...peers].map(([name, { state }]) => [name, state]));
    assert.deepEqual(states, {
      office: 'active',
      laptop: 'active',
      car: 'active',
      kiosk: 'active',
      lab: 'active',
      phone: 'idle',
      tablet: 'never',
      warehouse: 'STALE',
    });
    // 15 minutes of four packets a second, each of 1200 bytes of plaintext and 32 more, and what came since.
    const { received } = peers.get('office')!;
    const [least, most] = [15 * 60, 15 * 60 + seconds].map((time) => time * 4 * 1.232);
    assert.ok(received > least! - 50 && received < most! + 50, output);
    assert.equal(peers.get('tablet')!.handshake, 'never');
    assert.equal(peers.get('tablet')!.received, 0);

    const children = childrenOf(demo.pid!);
    assert.equal(children.length, 1, 'the demo has one agent');
    demo.kill(signal);
    const { exitCode } = await demo;
    assert.equal(exitCode, 0, output);
    assert.deepEqual(readdirSync(folder), []);
    for (const pid of children) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  } finally {
    demo.kill('SIGTERM');
    await demo;
  }
}

function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children
    .split(' ')
    .filter((text) => text !== '')
    .map(Number);
}
