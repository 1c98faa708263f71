import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { askOnce } from '../agent/state-socket/clients.js';
import { grpcBackend } from './backend.js';
import { ask, type ObservedAgent } from './observed-agent.js';
import type { Scene } from './scene.js';
import { family, type Fault } from './table.js';

const CLIENTS = 50;

/** A client that takes its time. Returns what ends that. */
type Slowness = (socket: Socket, path: string) => () => void;

const request = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n`;

const SLOW: Readonly<Record<string, Slowness>> = {
  'say nothing': () => () => undefined,
  'ask a byte at a time, without end': (socket, path) => {
    socket.write(request(path));
    const timer = setInterval(() => socket.write('x'), 200);
    return () => clearInterval(timer);
  },
  'break off in their question and half-close the connection': (socket, path) => {
    socket.end(request(path).slice(0, 20));
    return () => undefined;
  },
};

interface Listener {
  readonly name: string;
  readonly path: string;
  readonly address: (scene: Scene) => NetConnectOpts;
  /** Somebody who is not slow asks, and is answered. */
  readonly ask: (scene: Scene) => Promise<unknown>;
}

const LISTENERS: readonly Listener[] = [
  {
    name: 'health',
    path: '/-/status',
    address: ({ health }) => ({ port: health, host: '127.0.0.1' }),
    ask: async ({ health }) => JSON.parse(await ask(health, '/-/status')) as unknown,
  },
  {
    name: 'the state socket',
    path: '/v1/tunnels',
    address: (scene) => ({ path: socketOf(scene) }),
    ask: async (scene) => assert.equal((await askOnce(socketOf(scene))).at(-1)?.type, 'frame'),
  },
];

const socketOf = (scene: Scene): string => scene.path('run/wgotel.sock');

async function begin(scene: Scene): Promise<ObservedAgent> {
  const backend = scene.using(await grpcBackend());
  await scene.device();
  const agent = scene.run({
    exporters: { otlp_grpc: backend.section },
    extensions: { state_socket: { path: socketOf(scene) } },
  });
  await agent.scrapes(2);
  return agent;
}

async function crowd(scene: Scene, { address, path }: Listener, slowness: Slowness, clients: number): Promise<void> {
  for (let client = 0; client < clients; client++) {
    const socket = connect(address(scene)).on('error', () => undefined);
    scene.atEnd(() => socket.destroy());
    await once(socket, 'connect');
    scene.atEnd(slowness(socket, path));
  }
}

/** What slow clients of the others may not keep up: answers, and scraping. */
async function assertServed(scene: Scene, agent: ObservedAgent, listener: Listener): Promise<void> {
  for (let time = 0; time < 5; time++) await listener.ask(scene);
  await agent.scrapes(5);
  await listener.ask(scene);
}

const slow = (listener: Listener, what: string, slowness: Slowness): Fault => ({
  fault: `${CLIENTS} clients of ${listener.name} ${what}`,
  expected: 'others are answered and scraping goes on; after 5 to 10 s they are cut off',
  run: async (scene) => {
    const agent = await begin(scene);
    const before = agent.open;
    await crowd(scene, listener, slowness, CLIENTS);
    const [during, since] = [agent.open, performance.now()];
    await assertServed(scene, agent, listener);
    // Node itself would look for them after 30 s.
    await agent.until('they are cut off', () => agent.open <= before + 5, 20_000);
    const [after, seconds] = [agent.open, (performance.now() - since) / 1000];
    const { dropped } = await agent.end();
    assert.deepEqual([agent.warnings, dropped], [[], {}]);
    return `6 answers and 5 scrapes while ${during - before} connections were open; ${after - before} open after ${seconds.toFixed(1)} s; no warning`;
  },
});

family('Slow clients', [
  ...LISTENERS.flatMap((listener) => Object.entries(SLOW).map(([what, slowness]) => slow(listener, what, slowness))),
  {
    fault: `${CLIENTS} clients of the state socket ask and never read`,
    expected: 'others are told and scraping goes on',
    run: async (scene) => {
      const agent = await begin(scene);
      const listener = LISTENERS[1]!;
      const never: Slowness = (socket, path) => {
        socket.pause().write(`${request(path)}\r\n`);
        return () => undefined;
      };
      await crowd(scene, listener, never, CLIENTS);
      await agent.until('they are told', async () => (await agent.status()).stateSocket?.clients === CLIENTS);
      await assertServed(scene, agent, listener);
      const { dropped } = await agent.end();
      assert.deepEqual([agent.warnings, dropped], [[], {}]);
      return `${CLIENTS} clients that wait, 6 answers and 5 scrapes meanwhile, and an end in good order; no warning`;
    },
  },
  {
    fault: '200 clients of health say nothing, more than it takes',
    expected: 'scraping goes on; health may be silent for 10 s, then answers again',
    run: async (scene) => {
      const agent = await begin(scene);
      const listener = LISTENERS[0]!;
      const before = agent.open;
      await crowd(scene, listener, SLOW['say nothing']!, 200);
      const during = agent.open;
      assert.ok(during - before <= 70, `${during - before} connections`);
      await agent.until('it answers again', () =>
        listener.ask(scene).then(
          () => true,
          () => false,
        ),
      );
      await assertServed(scene, agent, listener);
      await agent.end();
      assert.deepEqual(agent.warnings, []);
      return `${during - before} connections at once; it answers again; no warning`;
    },
  },
]);
