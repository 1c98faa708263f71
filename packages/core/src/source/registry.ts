import { AutoSource } from './auto.js';
import type { Source } from './source.js';
import { UapiSource, type UapiSourceOptions } from './uapi/source.js';
import { WgShowSource, type WgShowSourceOptions } from './wg-show/source.js';

/** Options of all sources together; each takes what concerns it. */
export interface SourceOptions extends UapiSourceOptions, WgShowSourceOptions {
  /** What of each device's peers is asked of `wg`: everything in one dump, which holds keys, or only what holds none. */
  readonly read?: 'dump' | 'public' | undefined;
  /** Network namespaces to read instead of the own one: a name, an absolute path or `pid:N`. */
  readonly netns?: readonly string[] | undefined;
  /** A recording, for the source `recorded`. */
  readonly file?: string | undefined;
  /** Whether a device is to be read. Default: each. */
  readonly reads?: ((device: string) => boolean) | undefined;
}

/** Every source by name. A new source is a line here. A source keeps what it read last, so each receiver needs its own. */
export const SOURCES = {
  auto: (options: SourceOptions): Source => new AutoSource(options),
  uapi: (options: SourceOptions): Source => new UapiSource(options),
  'wg-show': (options: SourceOptions): Source => new WgShowSource(options),
} as const;

export type SourceName = keyof typeof SOURCES;
