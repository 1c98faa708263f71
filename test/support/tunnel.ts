import { randomBytes } from 'node:crypto';
import { execa } from 'execa';
import { TunnelEnd } from './tunnel-end.js';

/** Two WireGuard devices that reach each other, each in a network namespace of its own. */
export interface Tunnel {
  /** The end that knows the other's endpoint and so opens the session. */
  readonly a: TunnelEnd;
  /** The end that learns the other's endpoint from its first packet. */
  readonly b: TunnelEnd;
  /** Sends echo requests through the tunnel from a to b and waits for the replies. Throws if none comes back. */
  ping(count: number): Promise<void>;
  /** Stops the devices and removes sockets and namespaces. */
  close(): Promise<void>;
}

export interface TunnelOptions {
  /** a's persistent keepalive in seconds. Default: off. */
  readonly keepalive?: number;
  /** Whether a's end of the cable between the two is down at first. */
  readonly cut?: boolean;
}

/** Opens a tunnel. Needs that there are no `tunnelObstacles`. */
export async function openTunnel({ keepalive, cut = false }: TunnelOptions = {}): Promise<Tunnel> {
  const id = randomBytes(3).toString('hex');
  const [keysOfA, keysOfB] = [await generateKeys(), await generateKeys()];
  const options = keepalive === undefined ? [] : ['persistent-keepalive', String(keepalive)];
  const a = new TunnelEnd({
    name: `wg${id}a`,
    address: '10.97.0.1',
    ...keysOfA,
    peer: {
      publicKey: keysOfB.publicKey,
      settings: ['allowed-ips', '10.97.0.2/32', 'endpoint', '192.0.2.2:51820', ...options],
    },
  });
  const b = new TunnelEnd({
    name: `wg${id}b`,
    address: '10.97.0.2',
    ...keysOfB,
    peer: { publicKey: keysOfA.publicKey, settings: ['allowed-ips', '10.97.0.1/32'] },
  });
  const close = async (): Promise<void> => {
    await Promise.all([a.stop(), b.stop()]);
    await Promise.all([removeNamespace(a.namespace), removeNamespace(b.namespace)]);
  };
  try {
    await connectNamespaces(a.namespace, b.namespace);
    if (cut) await a.exec(['ip', 'link', 'set', 'eth0', 'down']);
    // With a keepalive, a sends its first packet as soon as it is up, and would try again only 5 s later.
    await b.start();
    await a.start();
  } catch (error) {
    await close();
    throw error;
  }
  const ping = async (count: number): Promise<void> => {
    await a.exec(['ping', '-n', '-q', '-i', '0.2', '-c', String(count), '-W', '10', b.address]);
  };
  return { a, b, ping, close };
}

/** Makes a pair of keys, in base64. */
export async function generateKeys(): Promise<{ privateKey: string; publicKey: string }> {
  const privateKey = (await execa('wg', ['genkey'])).stdout;
  const publicKey = (await execa('wg', ['pubkey'], { input: privateKey })).stdout;
  return { privateKey, publicKey };
}

/** Makes two namespaces with 192.0.2.1 and 192.0.2.2 on a virtual cable between them. */
async function connectNamespaces(a: string, b: string): Promise<void> {
  await execa('ip', ['netns', 'add', a]);
  await execa('ip', ['netns', 'add', b]);
  await execa('ip', ['-n', a, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', b]);
  for (const [namespace, address] of [
    [a, '192.0.2.1/24'],
    [b, '192.0.2.2/24'],
  ] as const) {
    await execa('ip', ['-n', namespace, 'address', 'add', address, 'dev', 'eth0']);
    await execa('ip', ['-n', namespace, 'link', 'set', 'eth0', 'up']);
    await execa('ip', ['-n', namespace, 'link', 'set', 'lo', 'up']);
  }
}

/** Removes a namespace with its end of the cable; one that was never made is none to remove. */
async function removeNamespace(name: string): Promise<void> {
  await execa('ip', ['netns', 'delete', name], { reject: false });
}
