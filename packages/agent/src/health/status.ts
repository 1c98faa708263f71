import { uptime } from 'node:os';
import type { PeerState, SourceFailure } from '@wgotel/core';
import type { Agent } from '../agent/agent.js';
import type { Deliveries } from '../exporter/ledger.js';
import type { SenderState } from '../exporter/sender.js';
import type { Signal } from '../signal.js';
import type { StateServerStatus } from '../state-socket/server.js';
import { VERSION } from '../version.js';

/** How an agent is doing, in sums: no names, keys or endpoints of peers. Times are in milliseconds since the epoch. */
export interface AgentStatus {
  readonly version: string;
  readonly startedAt: number;
  /** `undefined`: there is none. */
  readonly configFile: string | undefined;
  readonly loadedAt: number;
  /** What was wrong with the last reload. `undefined`: nothing. */
  readonly reloadProblem: string | undefined;
  readonly receivers: Readonly<Record<string, ReceiverStatus>>;
  /** By exporter and signal. */
  readonly exporters: Readonly<Record<string, Readonly<Partial<Record<Signal, SenderState & Deliveries>>>>>;
  /** Where pages for Prometheus are, by the id of the exporter. */
  readonly pages: Readonly<Record<string, readonly string[]>>;
  /** `undefined`: nothing listens. */
  readonly stateSocket: StateServerStatus | undefined;
}

export interface ReceiverStatus {
  /** `undefined`: there was no scrape yet. */
  readonly lastScrape: number | undefined;
  /** Milliseconds since then, or since the process began, on a clock that never steps. */
  readonly idle: number;
  readonly collectionInterval: number;
  readonly skippedScrapes: number;
  readonly devices: readonly {
    readonly name: string;
    /** Its network namespace. Absent: the agent's own. */
    readonly netns?: string | undefined;
    readonly up: 0 | 1 | undefined;
    readonly peers: Readonly<Record<PeerState, number>>;
  }[];
  readonly failures: readonly SourceFailure[];
}

/** Gathers the status of an agent. */
export function statusOf(
  agent: Agent,
  about: Pick<AgentStatus, 'startedAt' | 'configFile' | 'loadedAt' | 'reloadProblem'>,
  stateSocket?: StateServerStatus,
  pages: ReadonlyMap<string, readonly string[]> = new Map(),
): AgentStatus {
  const receivers = [...agent.scrapers].map(([id, { receiver, config }]): [string, ReceiverStatus] => {
    const { frame } = receiver;
    return [
      id,
      {
        lastScrape: frame?.time,
        idle: Math.round(frame === undefined ? performance.now() : uptime() * 1000 - frame.monotonicTime),
        collectionInterval: config.collectionInterval,
        skippedScrapes: receiver.skippedScrapes,
        devices: (frame?.devices ?? []).map(({ series, up, peerCounts }) => ({
          name: series.device,
          netns: series.netns,
          up,
          peers: peerCounts,
        })),
        failures: frame?.failures ?? [],
      },
    ];
  });
  return {
    version: VERSION,
    ...about,
    receivers: Object.fromEntries(receivers),
    exporters: agent.senders.table(({ sender }) => ({ ...sender.state, ...sender.deliveries })),
    pages: Object.fromEntries(pages),
    stateSocket,
  };
}

/** Why an agent is not ready: what has not been scraped yet. Empty: it is. */
export function notReady({ receivers }: AgentStatus): string[] {
  const entries = Object.entries(receivers);
  if (entries.length === 0) return ['it is still starting'];
  return entries.filter(([, { lastScrape }]) => lastScrape === undefined).map(([id]) => `${id} has not scraped yet`);
}

/** What has stopped though it should go on. Empty: the agent is healthy. */
export function notHealthy({ receivers }: AgentStatus): string[] {
  return Object.entries(receivers)
    .filter(([, { idle, collectionInterval }]) => idle > 4 * collectionInterval + 60_000)
    .map(([id]) => `${id} has not scraped for a long time`);
}
