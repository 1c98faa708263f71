import type { PageSource } from '../exporter/prometheus/exposition.js';
import type { Agent } from './agent.js';

/** What pages get to show of some receivers of an agent. */
export function agentPages(agent: Agent, receivers: readonly string[]): PageSource {
  return {
    receivers: () => new Map([...agent.scrapers].filter(([id]) => receivers.includes(id))),
    selfMetrics: () => agent.selfMetrics(),
  };
}
