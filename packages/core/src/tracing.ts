export type { TunnelSpanProcessorOptions } from './tracing/options.js';
export { TunnelSpanProcessor, type RecordedSpan } from './tracing/span-processor.js';
export type { SpanIds, TunnelFeed, TunnelView } from './model/tunnel.js';
