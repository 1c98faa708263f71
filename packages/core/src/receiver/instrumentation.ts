import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import type { EventLoggerProvider } from '../signals/events/event.js';
import { SCOPE } from '../signals/names.js';
import type { ReceiverOptions } from './options.js';
import type { Providers } from './outputs.js';
import { WireGuardReceiver } from './receiver.js';

/** A receiver in the shape of an `Instrumentation` of `@opentelemetry/instrumentation`, for `registerInstrumentations` and the SDK
 *  for Node.js, whose providers it gets:
 *
 *  ```ts
 *  new NodeSDK({ instrumentations: [new WireGuardInstrumentation()] }).start();
 *  ```
 *
 *  It patches nothing. Providers in its options go before those that it is given. */
export class WireGuardInstrumentation {
  readonly instrumentationName: string = SCOPE.name;
  readonly instrumentationVersion: string = SCOPE.version;
  /** What does the work. */
  readonly receiver: WireGuardReceiver;
  readonly #options: ReceiverOptions;
  #given: Providers = {};
  #enabled = false;
  #due = false;

  /** @throws {WireGuardError} `INVALID_OPTION` */
  constructor(options: ReceiverOptions = {}) {
    this.#options = options;
    this.receiver = new WireGuardReceiver(options);
  }

  /** Starts the receiver once the caller is done: the SDK registers its providers after it has enabled instrumentations. */
  enable(): void {
    this.#enabled = true;
    this.#follow();
  }

  /** Stops it. What is read at the moment is still told. */
  disable(): void {
    void this.shutdown();
  }

  /** The same, to be waited for: spans of sessions are over then. */
  shutdown(): Promise<void> {
    this.#enabled = false;
    return this.receiver.shutdown();
  }

  /** Whether it is enabled; what else it is set up with is said at its construction. */
  setConfig({ enabled = true }: { readonly enabled?: boolean }): void {
    if (enabled) this.enable();
    else this.disable();
  }

  getConfig(): { enabled: boolean } {
    return { enabled: this.#enabled };
  }

  setMeterProvider(meterProvider: MeterProvider): void {
    this.#give({ meterProvider });
  }

  setTracerProvider(tracerProvider: TracerProvider): void {
    this.#give({ tracerProvider });
  }

  setLoggerProvider(loggerProvider: EventLoggerProvider): void {
    this.#give({ loggerProvider });
  }

  #give(providers: Providers): void {
    this.#given = { ...this.#given, ...providers };
    this.#follow();
  }

  #follow(): void {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      if (!this.#enabled) return;
      const { meterProvider, loggerProvider, tracerProvider } = this.#options;
      this.receiver.connect({
        meterProvider: meterProvider ?? this.#given.meterProvider,
        loggerProvider: loggerProvider ?? this.#given.loggerProvider,
        tracerProvider: tracerProvider ?? this.#given.tracerProvider,
      });
      this.receiver.start();
    });
  }
}
