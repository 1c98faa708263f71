import { ENDPOINT_MODES, EVENTS, METRICS, SESSION_MODES, SOURCES, type SourceName } from '@wgotel/core';
import { z } from 'zod';
import type { InterfaceFilter, NamesConfig, PeerRule, ReceiverConfig } from '../configuration.js';
import { interfaceFilter } from '../interface-filter.js';
import { checkHeartbeat, DURATIONS_GIVEN, heartbeat } from './heartbeat.js';
import { identity, refuseNames } from './identity.js';
import { ALWAYS, duration, pattern, text, texts } from './scalars.js';

/** The sources there are, by name. */
export const SOURCE_NAMES: readonly SourceName[] = Object.keys(SOURCES) as SourceName[];

const selection = z
  .strictObject({
    interfaces: texts.describe('Names of interfaces, or patterns.'),
    match_type: z.enum(['strict', 'regexp']).default('strict'),
  })
  .superRefine(({ interfaces, match_type: matchType }, context) => {
    if (matchType === 'strict') return;
    for (const [index, source] of interfaces.entries()) {
      const { error } = pattern.safeParse(source);
      if (error) context.addIssue({ code: 'custom', path: ['interfaces', index], message: error.issues[0]!.message });
    }
  })
  .transform(({ interfaces, match_type: matchType }): InterfaceFilter => ({ interfaces, matchType }));

const metricSettings = z
  .strictObject({
    enabled: z.boolean().optional(),
    attributes: z.array(text).optional(),
    aggregation_strategy: z.enum(['sum', 'avg', 'min', 'max']).optional(),
  })
  .transform(({ enabled, attributes, aggregation_strategy: aggregationStrategy }) => ({
    ...(enabled !== undefined && { enabled }),
    ...(attributes !== undefined && { attributes }),
    ...(aggregationStrategy !== undefined && { aggregationStrategy }),
  }));

const metrics = z
  .strictObject(Object.fromEntries(METRICS.map(({ name }) => [name, metricSettings.optional()])))
  .transform((settings) => Object.fromEntries(Object.entries(settings).flatMap(([k, v]) => (v ? [[k, v]] : []))));

const eventSettings = z.strictObject({ enabled: z.boolean() });

const events = z
  .strictObject(Object.fromEntries(EVENTS.map(({ name }) => [name, eventSettings.optional()])))
  .transform((settings) => Object.fromEntries(Object.entries(settings).flatMap(([k, v]) => (v ? [[k, v]] : []))));

const sessions = z.strictObject({
  mode: z
    .enum(SESSION_MODES)
    .default('auto')
    .describe(
      'all; changes: those in which more happened than a renewal; auto: all up to 500 peers, else changes; off.',
    ),
});

const peerRule = z
  .strictObject({
    name: text.optional(),
    id: z
      .string()
      .regex(/^[0-9a-f]{16}$/, 'expected a peer id: 16 hexadecimal digits, as `wgotel once` shows')
      .optional(),
    pattern: pattern.optional(),
    device: text.optional(),
    expect: z.enum(['auto', 'always', 'site', 'on_demand']).default('auto'),
    stale_after: duration(1000).optional(),
  })
  .transform(({ name, id, pattern: of, device, expect, stale_after: staleAfter }): PeerRule => ({
    name,
    id,
    pattern: of,
    device,
    expect: expect === 'auto' ? undefined : expect,
    staleAfter,
  }));

const publicKey = z
  .string()
  .regex(
    /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/,
    'expected a public key: 44 characters of base64, as `wg show` prints',
  );

const names = z
  .strictObject({
    peers: z.record(publicKey, text).default({}),
    files: texts.default([]),
    configuration_files: texts.default([]),
  })
  .prefault({})
  .transform(({ peers, files, configuration_files: configurationFiles }) => ({ peers, files, configurationFiles }));

/** Where peers have none. */
const NO_NAMES: NamesConfig = { peers: {}, files: [], configurationFiles: [] };

const drift = z
  .strictObject({
    files: texts.default([]).describe('Configurations of wg-quick and networkd that devices are compared with.'),
    endpoint_names: z
      .boolean()
      .default(false)
      .describe('Look names of endpoints in these files up, and tell when they stand for other addresses.'),
  })
  .prefault({})
  .transform(({ files, endpoint_names: endpointNames }) => ({ files, endpointNames }));

const resourceAttribute = z.strictObject({ enabled: z.boolean() });

/** What is wrong with a filter is said elsewhere; the value is then what was written, whatever its type says. */
function isUsable(filter: InterfaceFilter | undefined): boolean {
  return filter === undefined || (typeof filter === 'object' && filter !== null && 'matchType' in filter);
}

/** The section of one receiver. */
export const receiver: z.ZodType<ReceiverConfig> = z
  .strictObject({
    source: z.enum(SOURCE_NAMES).default('auto').describe('How WireGuard is read.'),
    command: texts
      .optional()
      .describe('The program that is run as `wg`, and what goes before `show`, such as [sudo, -n, wg].'),
    read: z
      .enum(['dump', 'public'])
      .optional()
      .describe(
        'What `wg` is asked: everything at once, or only what holds no keys. Default: public for sudo and ssh.',
      ),
    netns: texts.optional().describe('Network namespaces to read instead of the own one: NAME, /PATH or pid:N.'),
    directory: text.optional().describe('Where userspace devices have their sockets.'),
    file: text.optional().describe('A recording, for the source `recorded`.'),
    socket: text.optional().describe('Where the reader is asked, for the source `reader`.'),
    collection_interval: duration(1).default(15_000).describe('Time between two scrapes.'),
    heartbeat,
    storage: text.optional().describe('The extension that keeps what is known over restarts, such as file_storage.'),
    initial_delay: duration(0).default(1000).describe('Time before the first scrape.'),
    timeout: duration(1).default(10_000).describe('What a scrape has not read by then fails, the rest is kept.'),
    peer_limit: z.int().min(0).default(10_000).describe('Peers with series of their own; the rest is added up.'),
    include: selection.optional().describe('Which interfaces are read. Default: all.'),
    exclude: selection.optional().describe('Which of these are not.'),
    metrics: metrics.default({}).describe('Which metrics there are, with which attributes.'),
    events: events.default({}).describe('Which events there are.'),
    sessions: sessions.prefault({}).describe('Which sessions become spans.'),
    resource_attributes: z
      .strictObject({ 'host.name': resourceAttribute.optional(), 'host.id': resourceAttribute.optional() })
      .default({}),
    identity: identity.describe('What is told of who a peer is.'),
    endpoints: z
      .enum(ENDPOINT_MODES)
      .default('full')
      .describe('What events and spans tell of where a peer is: the address, its subnet, or nothing.'),
    names: names.describe('Where names of peers come from.'),
    drift: drift.describe('What devices are compared with.'),
    peers: z.array(peerRule).default([]).describe('What is expected of peers: the first rule that fits counts.'),
    devices: z
      .array(z.strictObject({ name: text, netns: text.optional(), required: z.boolean().default(true) }))
      .default([])
      .describe('Devices that are down when they are not there.'),
  })
  .superRefine(checkHeartbeat, DURATIONS_GIVEN)
  .superRefine((settings, context) => {
    const { source, command, read, netns, file, socket, directory, devices, include, exclude, ...given } = settings;
    const refuse = (path: string | (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path: [path].flat(), message });
    if (source === 'recorded' && file === undefined) refuse('file', 'expected the recording that is to be read');
    if (SOURCE_NAMES.includes(source) && source !== 'recorded' && file !== undefined)
      refuse('file', 'is for the source recorded');
    if (SOURCE_NAMES.includes(source) && source !== 'reader' && socket !== undefined)
      refuse('socket', 'is for the source reader');
    refuseNames(given, refuse);
    const runsWg = source === 'wg-show' || source === 'auto' || !SOURCE_NAMES.includes(source);
    if (!runsWg && command !== undefined) refuse('command', 'is for the sources auto and wg-show');
    if (!runsWg && read !== undefined) refuse('read', 'is for the sources auto and wg-show');
    if (!runsWg && source !== 'netlink' && netns !== undefined)
      refuse('netns', 'is for the sources auto, netlink and wg-show');
    if (['netlink', 'wg-show', 'reader'].includes(source) && directory !== undefined)
      refuse('directory', 'is for the sources auto and uapi');
    if (!Array.isArray(devices)) return;
    const reads = isUsable(include) && isUsable(exclude) ? interfaceFilter({ include, exclude }) : undefined;
    for (const [index, device] of devices.entries()) {
      const isHidden = reads !== undefined && typeof device?.name === 'string' && !reads(device.name);
      if (isHidden && device.required)
        refuse(['devices', index], 'is required, and include or exclude hides it: let it be read, or take it out here');
    }
    if (!Array.isArray(netns) || netns.length === 0) return;
    for (const [index, device] of devices.entries()) {
      const isMeant = netns.length === 1 && device?.netns === undefined;
      if (!isMeant && !netns.includes(device?.netns ?? ''))
        refuse(['devices', index], `needs a netns, one of ${netns.join(', ')}, which this receiver reads`);
    }
  }, ALWAYS)
  .transform((given): ReceiverConfig => ({
    source: given.source,
    sourceOptions: {
      directory: given.directory,
      command: given.command,
      read: given.read,
      netns: given.netns,
      file: given.file,
      socket: given.socket,
    },
    collectionInterval: given.collection_interval,
    heartbeat: given.heartbeat,
    storage: given.storage,
    initialDelay: given.initial_delay,
    timeout: given.timeout,
    peerLimit: given.peer_limit,
    include: given.include,
    exclude: given.exclude,
    metrics: given.metrics,
    events: given.events,
    sessionMode: given.sessions.mode,
    resourceAttributes: Object.fromEntries(
      Object.entries(given.resource_attributes).flatMap(([name, value]) => (value ? [[name, value]] : [])),
    ),
    identity: given.identity,
    endpoints: given.endpoints,
    names: given.identity.mode === 'hmac' ? NO_NAMES : given.names,
    drift: given.drift,
    peers: given.peers,
    devices: given.devices.map(({ name, netns = given.netns?.[0], required }) => ({ name, netns, required })),
  }));
