import { basename, extname } from 'node:path';
import type { ExpectedDevice, ExpectedPeer } from '@wgotel/core';
import { linesOf } from '../wireguard-files/lines.js';
import { normalisePrefix } from '../wireguard-files/prefix.js';

/** How a device is set up by a file. `undefined`: by this one it isn't, as its running state is saved over it. */
export type Setup = Omit<ExpectedDevice, 'peers'> & { readonly peers: readonly SetupPeer[] };

/** What a file says of a peer; the name of its endpoint is still to be looked up. */
export type SetupPeer = Omit<ExpectedPeer, 'endpoint'> & {
  /** `undefined`: there is none, or it is an address. */
  readonly endpointHost: string | undefined;
};

const SETTINGS: ReadonlySet<string> = new Set([
  'allowedips',
  'endpoint',
  'firewallmark',
  'fwmark',
  'kind',
  'listenport',
  'name',
  'persistentkeepalive',
  'presharedkey',
  'presharedkeyfile',
  'publickey',
  'saveconfig',
]);

/** The same configuration as text, but for comments, keys other than public ones, and what we make nothing of. */
export function withoutSecrets(bytes: Buffer): string {
  const lines = [...linesOf(bytes, SETTINGS)].filter((line) => /^[^#=]/.test(line));
  return lines.map((line) => `${line}\n`).join('');
}

type Section = Map<string, string[]>;

/** Reads a configuration of wg-quick (`.conf`, the device being called like the file) or networkd (`.netdev`). Keys but
 *  public ones are passed over as bytes.
 *
 *  @throws an error whose message may be shown
 *  Source: wg(8), wg-quick(8) and systemd.netdev(5) */
export function readSetup(path: string, bytes: Buffer): Setup | undefined {
  const sections = sectionsOf(bytes);
  const peers = sections.filter(({ head }) => /^(?:wireguard)?peer$/.test(head)).map(({ settings }) => settings);
  const device = new Map(
    sections.filter(({ head }) => !head.endsWith('peer')).flatMap(({ settings }) => [...settings]),
  );
  if (last(device, 'saveconfig')?.toLowerCase() === 'true') return undefined;
  const extension = extname(path).toLowerCase();
  const name = extension === '.netdev' ? last(device, 'name') : basename(path, extname(path));
  if (name === undefined) throw new Error('expected Name= under [NetDev]');
  return {
    name,
    listenPort: numberOf(last(device, 'listenport'), 'ListenPort', 'auto'),
    firewallMark: numberOf(last(device, 'fwmark') ?? last(device, 'firewallmark'), 'FwMark'),
    peers: withoutTaken(peers.map(toPeer)),
  };
}

function sectionsOf(bytes: Buffer): { head: string; settings: Section }[] {
  const sections: { head: string; settings: Section }[] = [];
  for (const line of linesOf(bytes, SETTINGS)) {
    const head = /^\[(\w+)\]/.exec(line)?.[1];
    if (head !== undefined) sections.push({ head: head.toLowerCase(), settings: new Map() });
    const [, name, value] = /^(\w+)\s*=\s*([^#]*?)\s*(?:#.*)?$/.exec(line) ?? [];
    const settings = sections.at(-1)?.settings;
    if (name === undefined || value === undefined || settings === undefined) continue;
    const key = name.toLowerCase();
    settings.set(key, [...(settings.get(key) ?? []), value]);
  }
  return sections;
}

function last(section: Section, name: string): string | undefined {
  return section.get(name)?.at(-1);
}

function toPeer(section: Section, index: number): SetupPeer {
  const publicKey = last(section, 'publickey') ?? '';
  if (!/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(publicKey)) {
    throw new Error(`peer ${index + 1}: expected PublicKey with 44 characters of base64`);
  }
  const texts = (section.get('allowedips') ?? []).flatMap((list) => list.split(',')).map((each) => each.trim());
  const allowedIPs = texts
    .filter((each) => each !== '')
    .map((each) => {
      const prefix = normalisePrefix(each);
      if (prefix === undefined) throw new Error(`peer ${index + 1}: expected AllowedIPs to be addresses with lengths`);
      return prefix;
    });
  const endpoint = /^([^[\]:]+):\d+$/.exec(last(section, 'endpoint') ?? '')?.[1];
  return {
    publicKey,
    allowedIPs,
    persistentKeepaliveInterval: numberOf(last(section, 'persistentkeepalive'), 'PersistentKeepalive') ?? 0,
    hasPresharedKey: section.has('presharedkey') || section.has('presharedkeyfile'),
    endpointHost: endpoint === undefined || normalisePrefix(endpoint) !== undefined ? undefined : endpoint,
  };
}

/** `off` and 0 are the same. `undefined`: it is not said, or left to chance. */
function numberOf(text: string | undefined, name: string, chance?: string): number | undefined {
  if (text === undefined || text === chance) return undefined;
  if (text === 'off') return 0;
  const value = /^(?:\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new Error(`expected ${name} to be a number or off`);
}

/** An allowed IP belongs to one peer: the last that is given it. */
function withoutTaken(peers: readonly SetupPeer[]): SetupPeer[] {
  const owners = new Map(peers.flatMap((peer) => peer.allowedIPs.map((prefix) => [prefix, peer] as const)));
  return peers.map((peer) => ({
    ...peer,
    allowedIPs: [...new Set(peer.allowedIPs)].filter((prefix) => owners.get(prefix) === peer),
  }));
}
