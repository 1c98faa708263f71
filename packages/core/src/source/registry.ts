import { AutoSource } from './auto.js';
import { ReaderSource, type ReaderSourceOptions } from './reader/source.js';
import { RecordedSource } from './recorded/source.js';
import type { Source } from './source.js';
import { UapiSource, type UapiSourceOptions } from './uapi/source.js';
import { WgShowSource, type WgShowSourceOptions } from './wg-show/source.js';

/** Options of all sources together; each takes what concerns it. */
export interface SourceOptions extends UapiSourceOptions, WgShowSourceOptions, ReaderSourceOptions {
  /** A recording, for the source `recorded`. */
  readonly file?: string | undefined;
}

/** Every source by name. A new source is a line here. A source keeps what it read last, so each receiver needs its own. */
export const SOURCES = {
  // In another namespace there is only `wg` to read with.
  auto: (options: SourceOptions): Source =>
    options.netns === undefined || options.netns.length === 0 ? new AutoSource(options) : new WgShowSource(options),
  uapi: (options: SourceOptions): Source => new UapiSource(options),
  'wg-show': (options: SourceOptions): Source => new WgShowSource(options),
  reader: (options: SourceOptions): Source => new ReaderSource(options),
  recorded: (options: SourceOptions): Source => new RecordedSource(options),
} as const;

export type SourceName = keyof typeof SOURCES;
