import { AutoSource } from './auto.js';
import type { Source } from './source.js';
import { UapiSource, type UapiSourceOptions } from './uapi/source.js';
import { WgShowSource, type WgShowSourceOptions } from './wg-show/source.js';

export type SourceOptions = UapiSourceOptions & WgShowSourceOptions;

/** Every source by name. A new source is a line here. A source keeps what it read last, so each receiver needs its own. */
export const SOURCES = {
  auto: (options: SourceOptions): Source => new AutoSource(options),
  uapi: (options: SourceOptions): Source => new UapiSource(options),
  'wg-show': (options: SourceOptions): Source => new WgShowSource(options),
} as const;

export type SourceName = keyof typeof SOURCES;
