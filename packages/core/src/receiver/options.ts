import { inspect } from 'node:util';
import type { MeterProvider } from '@opentelemetry/api';
import { WireGuardError } from '../errors.js';
import { SOURCES, type SourceName, type SourceOptions } from '../source/registry.js';
import type { Source } from '../source/source.js';
import type { PeerNames } from '../state/name.js';
import { MetricView } from '../signals/metric-view.js';
import type { MetricsSettings } from '../signals/metric-settings.js';
import type { Frame, PeerExpectations } from '../state/frame.js';
import type { SessionOf } from './receiver-tunnels.js';
import { systemClock, type Clock } from './clock.js';

export interface ReceiverOptions {
  /** Where WireGuard is read: a source's name, or a source of your own. Default: `auto`. */
  readonly source?: SourceName | Source | undefined;
  /** For a source given by name. */
  readonly sourceOptions?: SourceOptions | undefined;
  /** Between two scrapes, in milliseconds. Default: 15 000. */
  readonly collectionInterval?: number | undefined;
  /** Before the first scrape, in milliseconds. Default: 1000. */
  readonly initialDelay?: number | undefined;
  /** What a scrape has read after this many milliseconds is kept, the rest fails. Default: 10 000. */
  readonly timeout?: number | undefined;
  /** What to call a peer. Default: nothing but its id. */
  readonly names?: PeerNames | undefined;
  /** What is expected of peers. Default: what their setup suggests. */
  readonly expectations?: PeerExpectations | undefined;
  /** Devices that are reported as down also if they were never there. Default: none. */
  readonly requiredDevices?: readonly string[] | undefined;
  /** Which metrics there are, with which attributes. Default: as `metadata.yaml` has them. */
  readonly metrics?: MetricsSettings | undefined;
  /** How many peers have metrics of their own; the others are added up. Default: 500 with instruments of a meter, which
   *  the SDK never lets go of; 10 000 without. */
  readonly peerLimit?: number | undefined;
  /** Where metrics become instruments. Default: the global provider, looked up at `start`. `false`: nowhere, for users of
   *  `createMetricProducer` or `onFrame`. */
  readonly meterProvider?: MeterProvider | false | undefined;
  /** Called with each finished scrape. The next scrape waits for the promise, so it should settle before long. If it
   *  rejects, so does `scrape`; the receiver goes on. */
  readonly onFrame?: ((frame: Frame) => void | Promise<void>) | undefined;
  /** What {@link WireGuardReceiver.tunnels} say of sessions. Default: nothing. */
  readonly sessionOf?: SessionOf | undefined;
  /** For tests and simulations. */
  readonly clock?: Clock | undefined;
}

export interface ResolvedOptions {
  readonly source: Source;
  readonly collectionInterval: number;
  readonly initialDelay: number;
  readonly timeout: number;
  readonly names: PeerNames | undefined;
  readonly expectations: PeerExpectations | undefined;
  readonly requiredDevices: readonly string[];
  readonly view: MetricView;
  readonly peerLimit: number;
  readonly meterProvider: MeterProvider | false | undefined;
  readonly onFrame: (frame: Frame) => void | Promise<void>;
  readonly sessionOf: SessionOf | undefined;
  readonly clock: Clock;
}

/** Fills in what was not given.
 *
 *  @throws {WireGuardError} `INVALID_OPTION` */
export function resolveOptions(options: ReceiverOptions): ResolvedOptions {
  const { source = 'auto', sourceOptions = {}, meterProvider } = options;
  return {
    source: typeof source === 'string' ? namedSource(source, sourceOptions) : source,
    collectionInterval: atLeast(1, 'collectionInterval', options.collectionInterval ?? 15_000),
    initialDelay: atLeast(0, 'initialDelay', options.initialDelay ?? 1000),
    timeout: atLeast(1, 'timeout', options.timeout ?? 10_000),
    names: options.names,
    expectations: options.expectations,
    requiredDevices: options.requiredDevices ?? [],
    view: new MetricView(options.metrics),
    peerLimit: wholeNumber('peerLimit', options.peerLimit ?? (meterProvider === false ? 10_000 : 500)),
    meterProvider,
    onFrame: options.onFrame ?? (() => undefined),
    sessionOf: options.sessionOf,
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
  if (typeof value === 'number' && value >= least && value <= MAX_DELAY) return value;
  throw invalid(option, `a number from ${least} to ${MAX_DELAY}`, value);
}

function wholeNumber(option: string, value: number): number {
  if ((Number.isSafeInteger(value) || value === Infinity) && value >= 0) return value;
  throw invalid(option, 'a whole number of 0 or more', value);
}

function invalid(option: string, expected: string, value: unknown): WireGuardError {
  return new WireGuardError('INVALID_OPTION', `${option}: expected ${expected}, not ${inspect(value)}`);
}
