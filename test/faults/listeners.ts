import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { READER_PROTOCOL, SOURCES } from '@wgotel/core';
import { askOnce } from '../agent/state-socket/clients.js';
import { failures, readFrom } from '../core/source/reading.js';
import { freePort } from '../support/process.js';
import { grpcBackend } from './backend.js';
import { ask, type ObservedAgent } from './observed-agent.js';
import type { Scene } from './scene.js';

/** An agent with all its listeners, and those who listen. */
export interface Place {
  readonly agent: ObservedAgent;
  /** What the agent reads through. `undefined`: it reads by itself. */
  readonly reader: ObservedAgent | undefined;
  readonly addresses: Readonly<Record<ListenerName, NetConnectOpts>>;
  /** Somebody who is not slow asks each of them, and is answered. */
  readonly ask: Readonly<Record<ListenerName, () => Promise<unknown>>>;
}

export type ListenerName = 'health' | 'the state socket' | 'the Prometheus page' | 'the reader';

export interface Listener {
  readonly name: ListenerName;
  /** How many clients it has room for, beside some who are not slow. */
  readonly clients: number;
  /** How a question begins that is none yet. */
  readonly question: string;
  /** What makes a question of it. */
  readonly end: string;
}

const overHttp = (name: ListenerName, path: string): Listener => ({
  name,
  clients: 50,
  question: `GET ${path} HTTP/1.1\r\nhost: localhost\r\n`,
  end: '\r\n',
});

export const HEALTH = overHttp('health', '/-/status');
export const STATE_SOCKET = overHttp('the state socket', '/v1/tunnels');
export const PAGE = overHttp('the Prometheus page', '/metrics');
export const READER: Listener = {
  name: 'the reader',
  // It serves eight, the agent among them.
  clients: 5,
  question: READER_PROTOCOL.request.trimEnd(),
  end: '\n',
};

/** Starts an agent with all of them.
 *
 *  @param throughReader whether there is a reader, and the agent reads through it */
export async function begin(scene: Scene, throughReader: boolean): Promise<Place> {
  const backend = scene.using(await grpcBackend());
  await scene.device();
  const [state, socket, page] = [scene.path('run/wgotel.sock'), scene.path('r/reader.sock'), await freePort()];
  const reader = throughReader ? await scene.reader(socket) : undefined;
  const agent = scene.run({
    ...(throughReader && { receiver: { source: 'reader', socket, directory: undefined } }),
    exporters: { otlp_grpc: backend.section, prometheus: { endpoint: `127.0.0.1:${page}` } },
    extensions: { state_socket: { path: state } },
  });
  await agent.scrapes(2);
  const { health } = scene;
  return {
    agent,
    reader,
    addresses: {
      health: { port: health, host: '127.0.0.1' },
      'the state socket': { path: state },
      'the Prometheus page': { port: page, host: '127.0.0.1' },
      'the reader': { path: socket },
    },
    ask: {
      health: async () => JSON.parse(await ask(health, '/-/status')) as unknown,
      'the state socket': async () => assert.equal((await askOnce(state)).at(-1)?.type, 'frame'),
      'the Prometheus page': async () => assert.match(await ask(page, '/metrics'), /^wireguard_device_up_ratio\{/m),
      'the reader': async () => assert.deepEqual(failures(await readFrom(SOURCES.reader({ socket }))), []),
    },
  };
}

/** A client that takes its time. Returns what ends that. */
export type Slowness = (socket: Socket, listener: Listener) => () => void;

export const nothing = (): void => undefined;

export const SAY_NOTHING = 'say nothing';
export const SLOW: Readonly<Record<string, Slowness>> = {
  [SAY_NOTHING]: () => nothing,
  'ask a byte at a time, without end': (socket, { question }) => {
    socket.write(question);
    const timer = setInterval(() => socket.write('x'), 200);
    return () => clearInterval(timer);
  },
  'break off in their question and half-close the connection': (socket, { question }) => {
    socket.end(question.slice(0, 20));
    return nothing;
  },
};

/** Has clients come to a listener, one after the other, who stay to the end of the scene. */
export async function crowd(
  scene: Scene,
  { addresses }: Place,
  listener: Listener,
  slowness: Slowness,
  clients = listener.clients,
): Promise<void> {
  for (let client = 0; client < clients; client++) {
    const socket = connect(addresses[listener.name]).on('error', nothing);
    scene.atEnd(() => socket.destroy());
    await once(socket, 'connect');
    scene.atEnd(slowness(socket, listener));
  }
}
