import {
  createNoopMeter,
  metrics,
  type DiagLogger,
  type Meter,
  type MeterProvider,
  type TracerProvider,
} from '@opentelemetry/api';
import { runAtOnce, runInSlices } from '../model/slices.js';
import type { Disclosure } from '../signals/disclosure.js';
import type { EventLoggerProvider } from '../signals/events/event.js';
import { EventWriter } from '../signals/events/event-writer.js';
import type { EventSelection } from '../signals/events/selection.js';
import { observeMetrics } from '../signals/meter.js';
import { SCOPE } from '../signals/names.js';
import type { PointSink } from '../signals/point-sink.js';
import type { SessionTracker } from '../signals/sessions/session-tracker.js';
import { followSessions, type SessionSettings } from '../signals/sessions/settings.js';
import type { Frame } from '../state/frame.js';

/** Where metrics, events and sessions go. Absent: to the global provider. `false`: nowhere. */
export interface Providers {
  readonly meterProvider?: MeterProvider | false | undefined;
  readonly loggerProvider?: EventLoggerProvider | false | undefined;
  readonly tracerProvider?: TracerProvider | false | undefined;
}

interface Settings {
  readonly events: EventSelection;
  readonly sessions: SessionSettings;
  /** What events and spans say of keys and endpoints. */
  readonly told: Disclosure;
}

type Visit = (sink: PointSink) => Generator<void, void>;

/** What a receiver has of OpenTelemetry's providers: instruments, a logger, a tracer. Nothing it does throws. */
export class Outputs {
  readonly events: EventWriter;
  readonly #settings: SessionSettings;
  readonly #told: Disclosure;
  readonly #visit: Visit;
  readonly #log: DiagLogger;
  #sessions: SessionTracker | undefined;
  #unobserve: (() => void) | undefined;
  /** `undefined`: not connected. */
  #connected: Providers | undefined;

  /** @param visit walks the points there are */
  constructor({ events, sessions, told }: Settings, visit: Visit, log: DiagLogger) {
    this.#settings = sessions;
    this.#told = told;
    this.#visit = visit;
    this.#log = log;
    this.events = new EventWriter(events, told, log, (change) => this.#sessions?.contextOf(change));
  }

  /** `undefined`: not connected, or nobody wants any. */
  get sessions(): SessionTracker | undefined {
    return this.#sessions;
  }

  /** Looks up where everything goes. What came of the same provider before stays as it is. */
  connect(providers: Providers): void {
    const before = this.#connected;
    this.#connected = providers;
    const { meterProvider, loggerProvider, tracerProvider } = providers;
    if (before === undefined || before.meterProvider !== meterProvider) {
      this.#attempt('instruments could not be made, so metrics go nowhere', () => this.#observe(meterProvider));
    }
    if (loggerProvider !== false && (before === undefined || before.loggerProvider !== loggerProvider)) {
      this.#attempt('there is no logger to be had, so events go nowhere', () => this.events.connect(loggerProvider));
    }
    if (before === undefined || before.tracerProvider !== tracerProvider) {
      this.endSessions();
      this.#attempt('there is no tracer, so sessions are not written as spans', () => {
        this.#sessions = followSessions(this.#settings, tracerProvider, this.#log, this.#told);
      });
    }
  }

  /** Writes what a frame has of sessions and events. */
  async write(frame: Frame): Promise<void> {
    try {
      if (this.#sessions !== undefined) await runInSlices(this.#sessions.advance(frame));
    } catch (error) {
      this.#log.error('sessions can be followed no longer', error);
      this.endSessions();
    }
    await this.events.write(frame);
  }

  /** Takes the instruments off. What comes with a scrape is still written. */
  disconnect(): void {
    this.#connected = undefined;
    this.#unobserve?.();
    this.#unobserve = undefined;
  }

  endSessions(): void {
    this.#sessions?.shutdown();
    this.#sessions = undefined;
  }

  #observe(provider: MeterProvider | false | undefined): void {
    this.#unobserve?.();
    this.#unobserve = undefined;
    if (provider === false) return;
    let meter = meterOf(provider ?? metrics.getMeterProvider());
    // An SDK may hand over what was global before it registered itself.
    if (meter === createNoopMeter()) meter = meterOf(metrics.getMeterProvider());
    if (meter === createNoopMeter()) {
      this.#log.warn('there is no MeterProvider yet, so metrics go nowhere: set one up before start(), or pass it in');
    }
    this.#unobserve = observeMetrics(meter, (sink) => runAtOnce(this.#visit(sink)));
  }

  #attempt(failure: string, connect: () => void): void {
    try {
      connect();
    } catch (error) {
      this.#log.error(failure, error);
    }
  }
}

function meterOf(provider: MeterProvider): Meter {
  return provider.getMeter(SCOPE.name, SCOPE.version);
}
