export { createAgentFeed, type AgentFeed, type AgentFeedOptions } from './tracing/agent-feed/agent-feed.js';
