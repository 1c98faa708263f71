import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAgent, type AgentProcess } from './agent-process.js';
import { liveDisplay, plainDisplay } from './display.js';
import { peerRows, type PeerRow } from './peer-row.js';
import { startReceiver } from './receiver.js';
import { openTunnels } from './tunnels.js';

/** What is to be undone, the last first. */
const cleanUp: (() => unknown)[] = [];
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
// Whoever read the output has gone.
process.stdout.on('error', () => stop.abort());

try {
  await demo(stop.signal);
} finally {
  for (const undo of cleanUp.toReversed()) await undo();
}

async function demo(signal: AbortSignal): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'wgotel-demo-'));
  cleanUp.push(() => rm(directory, { recursive: true }));
  const tunnels = await openTunnels(directory);
  cleanUp.push(() => tunnels.close());

  const display = process.stdout.isTTY
    ? liveDisplay(process.stdout, tunnels.names)
    : plainDisplay(process.stdout, tunnels.names);
  cleanUp.push(() => display.end());
  display.progress('Starting the agent; the first metrics take about 2 seconds ...');

  let peers: ReadonlyMap<string, PeerRow> = new Map();
  const receiver = await startReceiver((request) => {
    peers = peerRows(request, peers);
    display.show(peers);
  });
  cleanUp.push(() => receiver.close());

  for (const agent of await startAgents(directory, receiver.endpoint)) {
    cleanUp.push(() => agent.stop());
    void agent.ended.then((said) => {
      if (signal.aborted) return;
      console.error(`\nAn agent has ended:\n${said}`);
      process.exitCode = 1;
      stop.abort();
    });
  }
  await tunnels.run(signal);
}

/** One agent for this demo, and one more for whom the environment names: that one is set up by the environment alone. */
async function startAgents(directory: string, endpoint: string): Promise<AgentProcess[]> {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('OTEL_'));
  const agents = [await startAgent(directory, Object.fromEntries(others), '--endpoint', endpoint)];
  const isForwarding = 'OTEL_EXPORTER_OTLP_ENDPOINT' in process.env;
  if (isForwarding) agents.push(await startAgent(directory, process.env));
  return agents;
}
