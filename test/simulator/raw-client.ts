import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimulatorOptions } from '@wgotel/simulator';
import { Simulator } from '@wgotel/simulator';

/** Runs a test with a folder for its sockets, removed afterwards. */
export async function withDirectory(test: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'wgsim-'));
  try {
    await test(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Runs a test with a simulator on such a folder, closed afterwards. */
export function withSimulator(
  options: Omit<SimulatorOptions, 'directory'>,
  test: (simulator: Simulator, directory: string) => Promise<void>,
): Promise<void> {
  return withDirectory(async (directory) => {
    const simulator = new Simulator({ ...options, directory });
    try {
      await test(simulator, directory);
    } finally {
      await simulator.close();
    }
  });
}

/** Connects and sends a request; the caller ends the connection. */
export async function request(path: string, text = 'get=1\n\n'): Promise<Socket> {
  const socket = connect({ path, allowHalfOpen: true });
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

/** Reads until `enough` says so or the server ends; returns what came and whether the server ended. */
export async function read(
  socket: Socket,
  enough: (bytes: Buffer) => boolean,
): Promise<{ bytes: Buffer; ended: boolean }> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    bytes = Buffer.concat([bytes, chunk as Buffer]);
    if (enough(bytes)) return { bytes, ended: false };
  }
  return { bytes, ended: true };
}

/** Whether an answer is there in full. */
export const isWhole = (bytes: Buffer): boolean => bytes.subarray(-2).toString() === '\n\n';

/** Sends `get=1` on a connection of its own and returns the answer. */
export async function get(path: string): Promise<Buffer> {
  const socket = await request(path);
  try {
    return (await read(socket, isWhole)).bytes;
  } finally {
    socket.destroy();
  }
}
