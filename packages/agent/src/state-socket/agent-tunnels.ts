import type { TunnelView } from '@wgotel/core';
import type { Agent } from '../agent/agent.js';
import type { TunnelSource } from './server.js';

/** The tunnels of all receivers of an agent. */
export function agentTunnels(agent: Agent): TunnelSource {
  let parts: readonly (readonly TunnelView[])[] = [];
  let views: readonly TunnelView[] = [];
  return {
    tunnels: async () => {
      const receivers = [...agent.scrapers.values()].map(({ receiver }) => receiver);
      const now = await Promise.all(receivers.map(({ tunnels }) => tunnels.latest()));
      if (now.length !== parts.length || now.some((part, index) => part !== parts[index])) {
        parts = now;
        views = now.length === 1 ? now[0]! : now.flat();
      }
      const times = receivers.flatMap(({ frame }) => frame?.time ?? []);
      return { views, time: times.length === 0 ? undefined : Math.max(...times) };
    },
    interval: () =>
      Math.min(...Object.values(agent.configuration.receivers).map(({ collectionInterval }) => collectionInterval)),
  };
}
