export { createAgentFeed, type AgentFeed, type AgentFeedOptions } from './tracing/agent-feed/agent-feed.js';
export type { TunnelSpanProcessorOptions } from './tracing/options.js';
export { TunnelSpanProcessor, type RecordedSpan } from './tracing/span-processor.js';
export type { SpanIds, TunnelFeed, TunnelView } from './model/tunnel.js';
