import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { after, before, describe, it } from 'mocha';
import { parse } from 'yaml';
import { startCollector, type RunningCollector } from '../support/collector.js';
import { fullCollectorPath } from '../support/full-collector-binary.js';
import { until } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';

/** Makes a real journal of what it is given in the journal's export format. */
const JOURNAL_REMOTE = '/lib/systemd/systemd-journal-remote';

const UNDERLAY = 'MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00';

/** Who logs a line, the line, and what it can be joined by; nothing for lines that are left out. */
const LINES: readonly (readonly [
  identifier: string,
  line: string,
  found: Readonly<Record<string, unknown>> | undefined,
])[] = [
  ['wg-quick', '[#] ip link add wg0 type wireguard', { 'network.interface.name': 'wg0' }],
  ['wg-quick', "wg-quick: `wg0' already exists", { 'network.interface.name': 'wg0' }],
  [
    'NetworkManager',
    "<info>  [1764252001.1234] device (wg1): state change: unavailable -> disconnected (reason 'none')",
    { 'network.interface.name': 'wg1' },
  ],
  ['NetworkManager', '<info>  [1764252001.2345] manager: startup complete', undefined],
  ['systemd-networkd', 'wg2: Link UP', { 'network.interface.name': 'wg2' }],
  ['systemd-networkd', 'Enumeration completed', undefined],
  [
    'kernel',
    'wireguard: wg0: Handshake for peer 1 (192.0.2.2:51820) did not complete after 5 seconds, retrying (try 2)',
    {
      'network.interface.name': 'wg0',
      'wireguard.peer.endpoint.address': '192.0.2.2',
      'wireguard.peer.endpoint.port': 51820,
    },
  ],
  [
    'kernel',
    'wireguard: wg0: Sending handshake initiation to peer 1 (192.0.2.2:51820)',
    {
      'network.interface.name': 'wg0',
      'wireguard.peer.endpoint.address': '192.0.2.2',
      'wireguard.peer.endpoint.port': 51820,
    },
  ],
  [
    'kernel',
    'wireguard: wg0: Sending handshake initiation to peer 1 ([2001:db8::2]:51820)',
    {
      'network.interface.name': 'wg0',
      'wireguard.peer.endpoint.address': '2001:db8::2',
      'wireguard.peer.endpoint.port': 51820,
    },
  ],
  ['kernel', 'wireguard: wg0: Interface created', { 'network.interface.name': 'wg0' }],
  [
    'kernel',
    `wg-underlay: IN=eth0 OUT= ${UNDERLAY} SRC=192.0.2.9 DST=192.0.2.1 LEN=176 TOS=0x00 PREC=0x00 TTL=64 ID=0 DF PROTO=UDP SPT=40001 DPT=51820 LEN=156`,
    { 'wireguard.peer.endpoint.address': '192.0.2.9', 'wireguard.peer.endpoint.port': 40001 },
  ],
  [
    'kernel',
    `wg-underlay: IN=eth0 OUT= ${UNDERLAY} SRC=2001:0db8:0000:0000:0000:0000:0000:0009 DST=2001:0db8:0000:0000:0000:0000:0000:0001 LEN=196 TC=0 HOPLIMIT=64 FLOWLBL=0 PROTO=UDP SPT=40001 DPT=51820 LEN=156`,
    {
      'wireguard.peer.endpoint.address': '2001:0db8:0000:0000:0000:0000:0000:0009',
      'wireguard.peer.endpoint.port': 40001,
    },
  ],
  [
    'kernel',
    'wg-tunnel: IN=wg0 OUT=eth0 MAC= SRC=10.9.0.2 DST=10.1.0.7 LEN=60 TOS=0x00 PREC=0x00 TTL=63 ID=1 DF PROTO=TCP SPT=40000 DPT=22 WINDOW=64240 RES=0x00 SYN URGP=0',
    {
      'network.interface.name': 'wg0',
      'source.address': '10.9.0.2',
      'source.port': 40000,
      'destination.address': '10.1.0.7',
      'destination.port': 22,
      'network.transport': 'tcp',
    },
  ],
  [
    'kernel',
    'wg-tunnel: IN=wg0 OUT=eth0 MAC= SRC=10.9.0.2 DST=10.1.0.7 LEN=84 TOS=0x00 PREC=0x00 TTL=63 ID=2 DF PROTO=ICMP TYPE=8 CODE=0 ID=5 SEQ=1',
    {
      'network.interface.name': 'wg0',
      'source.address': '10.9.0.2',
      'destination.address': '10.1.0.7',
      'network.transport': 'icmp',
    },
  ],
  ['kernel', 'usb 1-1: new high-speed USB device number 2 using xhci_hcd', undefined],
];

const UNITS: Readonly<Record<string, string>> = {
  'wg-quick': 'wg-quick@wg0.service',
  NetworkManager: 'NetworkManager.service',
  'systemd-networkd': 'systemd-networkd.service',
};

/** The lines in the journal's export format: https://systemd.io/JOURNAL_EXPORT_FORMATS/ */
function exportFormat(): string {
  const now = Date.now() * 1000;
  return LINES.map(([identifier, message], index) => {
    const unit = UNITS[identifier];
    const fields = {
      __REALTIME_TIMESTAMP: now + index,
      __MONOTONIC_TIMESTAMP: 1_000_000 + index,
      _BOOT_ID: '3a5e1d0f6c2b4a7e8f9012345678abcd',
      _TRANSPORT: unit === undefined ? 'kernel' : 'syslog',
      PRIORITY: unit === undefined ? 7 : 6,
      _HOSTNAME: 'gateway',
      SYSLOG_IDENTIFIER: identifier,
      ...(unit !== undefined && { _SYSTEMD_UNIT: unit }),
      MESSAGE: message,
    };
    return Object.entries(fields)
      .map(([key, value]) => `${key}=${value}\n`)
      .join('');
  }).join('\n');
}

interface Configuration {
  receivers: Record<string, { start_at: string; files?: string[] }>;
}

describe('collector-journal.yaml', () => {
  let folder: string;
  let backend: RunningCollector;
  let collector: RunningCollector;
  const found = new Map<string, Readonly<Record<string, unknown>>>();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wgotel-journal-'));
    const journal = join(folder, 'system.journal');
    await execa(JOURNAL_REMOTE, ['--output', journal, '-'], { input: `${exportFormat()}\n` });
    const config = parse(await readFile(repositoryPath('otel-config/collector-journal.yaml'), 'utf8')) as Configuration;
    for (const receiver of Object.values(config.receivers))
      Object.assign(receiver, { start_at: 'beginning', files: [journal] });
    backend = await startCollector();
    const env = { LOGS_ENDPOINT: `http://127.0.0.1:${backend.httpPort}` };
    collector = await startCollector({ binary: fullCollectorPath(), config, env });
    const expected = LINES.filter(([, , attributes]) => attributes !== undefined).length;
    await until('all lines have arrived', async () => {
      for (const { resourceLogs = [] } of await backend.exported()) {
        for (const { resource, scopeLogs } of resourceLogs) {
          const host = resource.attributes?.find(({ key }) => key === 'host.name')?.value.stringValue;
          for (const { body, attributes = [] } of scopeLogs.flatMap((scope) => scope.logRecords)) {
            const known = attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]);
            found.set(body?.stringValue ?? '', { host, ...(Object.fromEntries(known) as object) });
          }
        }
      }
      return found.size >= expected;
    });
  });

  after(async () => {
    await collector?.stop();
    await backend?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  for (const [identifier, line, attributes] of LINES) {
    it(`${attributes === undefined ? 'leaves out' : 'finds what to join by in'} a line of ${identifier}: ${line}`, () => {
      const record = found.get(line);
      if (attributes === undefined) {
        assert.equal(record, undefined);
        return;
      }
      const joined = Object.entries(record ?? {}).filter(([key]) => !/^(journald|syslog)\./.test(key));
      assert.deepEqual(Object.fromEntries(joined), { host: 'gateway', ...attributes });
    });
  }
});

describe('nftables.conf', () => {
  it('is taken by nft', async () => {
    const namespace = `wgnft${process.pid}`;
    await execa('ip', ['netns', 'add', namespace]);
    try {
      const check = ['nft', '--check', '--file', repositoryPath('otel-config/nftables.conf')];
      await execa('ip', ['netns', 'exec', namespace, ...check]);
    } finally {
      await execa('ip', ['netns', 'delete', namespace]);
    }
  });
});
