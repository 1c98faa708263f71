import { AutoSource } from './auto/source.js';
import { NetlinkSource, type NetlinkSourceOptions } from './netlink/source.js';
import { ReaderSource, type ReaderSourceOptions } from './reader/source.js';
import { RecordedSource } from './recorded/source.js';
import type { Source } from './source.js';
import { UapiSource, type UapiSourceOptions } from './uapi/source.js';
import { WgShowSource, type WgShowSourceOptions } from './wg-show/source.js';

/** Options of all sources together; each takes what concerns it. */
export interface SourceOptions
  extends UapiSourceOptions, NetlinkSourceOptions, WgShowSourceOptions, ReaderSourceOptions {
  /** A recording, for the source `recorded`. */
  readonly file?: string | undefined;
}

/** Every source by name. A new source is a line here. A source keeps what it read last, so each receiver needs its own. */
export const SOURCES = {
  auto: (options: SourceOptions): Source => new AutoSource(options),
  uapi: (options: SourceOptions): Source => new UapiSource(options),
  netlink: (options: SourceOptions): Source => new NetlinkSource(options),
  'wg-show': (options: SourceOptions): Source => new WgShowSource(options),
  reader: (options: SourceOptions): Source => new ReaderSource(options),
  recorded: (options: SourceOptions): Source => new RecordedSource(options),
} as const;

export type SourceName = keyof typeof SOURCES;
