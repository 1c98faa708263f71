import { inspect } from 'node:util';
import { WireGuardError } from '../errors.js';
import type { ExpectedDevices } from '../model/expected-device.js';
import { Identity, type IdentitySettings } from '../model/identity.js';
import { SOURCES, type SourceName, type SourceOptions } from '../source/registry.js';
import type { Source } from '../source/source.js';
import type { PeerNames } from '../state/name.js';
import { Disclosure, type EndpointMode } from '../signals/disclosure.js';
import type { EventsSettings } from '../signals/events/event.js';
import { EventSelection } from '../signals/events/selection.js';
import { MetricView } from '../signals/metric-view.js';
import type { MetricsSettings } from '../signals/metric-settings.js';
import { checkSessions, type SessionSettings } from '../signals/sessions/settings.js';
import type { Frame, PeerExpectations, RequiredDevice } from '../state/frame.js';
import { systemClock, type Clock } from './clock.js';
import type { Providers } from './outputs.js';

const CONNECTIONS = ['wireguard.peer.connected', 'wireguard.peer.disconnected'] as const;

export interface ReceiverOptions extends Providers {
  /** Where WireGuard is read: a source's name, or a source of your own. Default: `auto`. */
  readonly source?: SourceName | Source | undefined;
  /** For a source given by name. */
  readonly sourceOptions?: SourceOptions | undefined;
  /** Between two scrapes, in milliseconds. Default: 15 000. */
  readonly collectionInterval?: number | undefined;
  /** Before the first scrape, in milliseconds. Default: 1000. */
  readonly initialDelay?: number | undefined;
  /** From 0 to 1: the second scrape comes half an interval and this part of one after the first, all others at the interval. With
   *  another one on each host, hosts that start at once do not scrape at once for ever. Default: 0.5, as the others do. */
  readonly phase?: number | undefined;
  /** What a scrape has read after this many milliseconds is kept, the rest fails. Default: 10 000. */
  readonly timeout?: number | undefined;
  /** What is told of who a peer is: an id made from its key, an id made with a key of yours, or its public key too. Holds for all
   *  signals and for `tunnels`; frames and changes are readings of this process and hold public keys. Default: the first. */
  readonly identity?: IdentitySettings | undefined;
  /** What events and spans tell of where a peer is. Default: `full`. */
  readonly endpoints?: EndpointMode | undefined;
  /** What to call a peer; not asked where `identity` is `hmac`. Default: nothing but its id. */
  readonly names?: PeerNames | undefined;
  /** What is expected of peers. Default: what their setup suggests. */
  readonly expectations?: PeerExpectations | undefined;
  /** How devices are meant to be set up, to tell where they differ. Default: nobody says. */
  readonly expectedDevices?: ExpectedDevices | undefined;
  /** Devices that are reported as down also if they were never there. Default: none. */
  readonly requiredDevices?: readonly RequiredDevice[] | undefined;
  /** Whether changes say who is active and who no longer (`peer.connected`, `peer.disconnected`), for an audit trail.
   *  Default: whether their events are enabled. */
  readonly connections?: boolean | undefined;
  /** Which metrics there are, with which attributes. Default: as `metadata.yaml` has them. */
  readonly metrics?: MetricsSettings | undefined;
  /** Which events there are. Default: as `metadata.yaml` has them. */
  readonly events?: EventsSettings | undefined;
  /** How many peers have metrics of their own; the others are added up. Default: 500 with instruments of a meter, which
   *  the SDK never lets go of; 10 000 without. */
  readonly peerLimit?: number | undefined;
  /** Where metrics become instruments. Default: the global provider, looked up at `start`. `false`: nowhere, for users of
   *  `createMetricProducer` or `onFrame`. */
  readonly meterProvider?: Providers['meterProvider'];
  /** Where events become log records. Default: the global provider, looked up at `start`. `false`: nowhere. */
  readonly loggerProvider?: Providers['loggerProvider'];
  /** Where sessions become spans. Default: the global provider, looked up at `start`. `false`: nowhere. */
  readonly tracerProvider?: Providers['tracerProvider'];
  /** Which sessions become spans, and how. Default: all up to 500 peers, those in which something happened above. */
  readonly sessions?: SessionSettings | undefined;
  /** Called before WireGuard is read, which waits for the promise: to bring `names` up to date, say, with `renamePeers`. If it
   *  rejects, so does `scrape`; the receiver goes on. */
  readonly beforeScrape?: (() => void | Promise<void>) | undefined;
  /** Called with each finished scrape. The next scrape waits for the promise, so it should settle before long. If it
   *  rejects, so does `scrape`; the receiver goes on. */
  readonly onFrame?: ((frame: Frame) => void | Promise<void>) | undefined;
  /** For tests and simulations. */
  readonly clock?: Clock | undefined;
}

export interface ResolvedOptions extends Providers {
  readonly source: Source;
  readonly collectionInterval: number;
  readonly initialDelay: number;
  /** From the first scrape to the second. */
  readonly secondDelay: number;
  readonly timeout: number;
  readonly identity: Identity;
  readonly told: Disclosure;
  readonly names: PeerNames | undefined;
  readonly expectations: PeerExpectations | undefined;
  readonly expectedDevices: ExpectedDevices | undefined;
  readonly requiredDevices: readonly RequiredDevice[];
  readonly connections: boolean;
  readonly view: MetricView;
  readonly peerLimit: number;
  readonly events: EventSelection;
  readonly sessions: SessionSettings;
  readonly beforeScrape: (() => void | Promise<void>) | undefined;
  readonly onFrame: (frame: Frame) => void | Promise<void>;
  readonly clock: Clock;
}

/** Fills in what was not given.
 *
 *  @throws {WireGuardError} `INVALID_OPTION` */
export function resolveOptions(options: ReceiverOptions): ResolvedOptions {
  const { source = 'auto', sourceOptions = {}, meterProvider } = options;
  const events = new EventSelection(options.events);
  const identity = new Identity(options.identity);
  const collectionInterval = atLeast(1, 'collectionInterval', options.collectionInterval ?? 15_000);
  return {
    source: typeof source === 'string' ? namedSource(source, sourceOptions) : source,
    collectionInterval,
    initialDelay: atLeast(0, 'initialDelay', options.initialDelay ?? 1000),
    secondDelay: Math.min((0.5 + within(0, 1, 'phase', options.phase ?? 0.5)) * collectionInterval, MAX_DELAY),
    timeout: atLeast(1, 'timeout', options.timeout ?? 10_000),
    identity,
    told: new Disclosure(identity, options.endpoints),
    names: options.names,
    expectations: options.expectations,
    expectedDevices: options.expectedDevices,
    requiredDevices: options.requiredDevices ?? [],
    connections: options.connections ?? CONNECTIONS.some((name) => events.has(name)),
    view: new MetricView(options.metrics),
    peerLimit: wholeNumber('peerLimit', options.peerLimit ?? (meterProvider === false ? 10_000 : 500)),
    meterProvider,
    events,
    loggerProvider: options.loggerProvider,
    tracerProvider: options.tracerProvider,
    sessions: checkSessions(options.sessions ?? {}),
    beforeScrape: options.beforeScrape,
    onFrame: options.onFrame ?? (() => undefined),
    clock: options.clock ?? systemClock,
  };
}

function namedSource(name: SourceName, options: SourceOptions): Source {
  if (Object.hasOwn(SOURCES, name)) return SOURCES[name](options);
  throw new WireGuardError(
    'INVALID_OPTION',
    `source: expected a Source or one of ${Object.keys(SOURCES).join(', ')}, not '${name}'`,
  );
}

/** The longest delay Node's timers take. */
const MAX_DELAY = 2 ** 31 - 1;

function atLeast(least: number, option: string, value: number): number {
  return within(least, MAX_DELAY, option, value);
}

function within(least: number, most: number, option: string, value: number): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw invalid(option, `a number from ${least} to ${most}`, value);
}

function wholeNumber(option: string, value: number): number {
  if ((Number.isSafeInteger(value) || value === Infinity) && value >= 0) return value;
  throw invalid(option, 'a whole number of 0 or more', value);
}

function invalid(option: string, expected: string, value: unknown): WireGuardError {
  return new WireGuardError('INVALID_OPTION', `${option}: expected ${expected}, not ${inspect(value)}`);
}
