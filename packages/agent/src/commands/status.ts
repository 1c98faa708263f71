import { Command, Option } from 'commander';
import type { Deliveries } from '../exporter/ledger.js';
import type { SenderState } from '../exporter/sender.js';
import type { AgentStatus } from '../health/status.js';
import { SIGNALS, type BySignal, type Signal } from '../signal.js';
import { VERSION } from '../version.js';
import { ofFailure } from './check/reading.js';
import { formatAge, formatBytes } from './once/units.js';

const EXAMPLES = `
Exit codes: 0 all is well, 1 no agent answers, 3 something fails, or the agent is of another version.

Examples:
  $ wgotel status
  $ wgotel status --endpoint http://127.0.0.1:9588 --format json`;

/** Makes the command `wgotel status`. */
export function statusCommand(): Command {
  return new Command('status')
    .description('Ask the running agent how it is doing.')
    .option('--endpoint <url>', 'where the agent answers', 'http://127.0.0.1:9587')
    .addOption(new Option('--format <name>', 'table or json').choices(['table', 'json']).default('table'))
    .addHelpText('after', EXAMPLES)
    .action(askStatus);
}

async function askStatus({ endpoint, format }: { endpoint: string; format: 'table' | 'json' }): Promise<void> {
  let answer: AgentStatus;
  try {
    const response = await fetch(new URL('/-/status', endpoint), { signal: AbortSignal.timeout(5000) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    answer = (await response.json()) as AgentStatus;
  } catch (error) {
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : message;
    console.error(`no agent answers at ${endpoint} (${why}): is \`wgotel run\` running, with the extension health?`);
    process.exitCode = 1;
    return;
  }
  if (answer.version !== VERSION) {
    // What it means by its fields is not known here.
    process.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`);
    console.error(`the agent is wgotel ${answer.version} and this is ${VERSION}: start the agent again`);
    process.exitCode = 3;
    return;
  }
  process.stdout.write(
    format === 'json' ? `${JSON.stringify(answer, undefined, 2)}\n` : renderStatus(answer, Date.now()),
  );
  const failing = sendersOf(answer).some(({ failure }) => failure !== undefined);
  const blind = Object.values(answer.receivers).some(({ failures }) => failures.length > 0);
  process.exitCode = failing || blind || answer.reloadProblem !== undefined ? 3 : 0;
}

const WORDS: BySignal<string> = { metrics: 'point', logs: 'event', traces: 'span' };

type SenderStatus = SenderState & Deliveries & { readonly id: string; readonly signal: Signal };

function sendersOf({ exporters }: AgentStatus): SenderStatus[] {
  return Object.entries(exporters).flatMap(([id, ofSignals]) =>
    SIGNALS.flatMap((signal) => (ofSignals[signal] ? [{ id, signal, ...ofSignals[signal] }] : [])),
  );
}

/** Writes a status for people. */
export function renderStatus(status: AgentStatus, now: number): string {
  const ago = (time: number | undefined): string => (time === undefined ? 'never' : formatAge(now - time));
  const lines = [`wgotel ${status.version}, started ${ago(status.startedAt)}`];
  lines.push(`configuration: ${status.configFile ?? 'no file'}, read ${ago(status.loadedAt)}`);
  if (status.reloadProblem !== undefined) lines.push(`  reload failed: ${status.reloadProblem}`);
  for (const [id, { lastScrape, skippedScrapes, devices, failures }] of Object.entries(status.receivers)) {
    const skipped = skippedScrapes > 0 ? `, ${skippedScrapes} skipped` : '';
    lines.push(`receiver ${id}: last scrape ${ago(lastScrape)}${skipped}`);
    for (const { name, netns, up, peers } of devices) {
      const where = netns === undefined ? name : `${name} in ${netns}`;
      const counts = Object.entries(peers).filter(([, count]) => count > 0);
      const states = counts.map(([state, count]) => `${count} ${state}`).join(', ') || 'no peers';
      lines.push(`  ${where}: ${up === undefined ? 'can not be read' : up === 1 ? 'up' : 'down'}, ${states}`);
    }
    if (lastScrape !== undefined && devices.length === 0 && failures.length === 0) lines.push('  no WireGuard device');
    for (const failure of failures) {
      const { fix } = ofFailure(id, failure);
      lines.push(`  failure: ${failure.source}: ${failure.message}`);
      if (fix !== undefined) lines.push(`    fix: ${fix}`);
    }
  }
  for (const sender of sendersOf(status)) {
    const { id, signal, endpoint, lastSuccess, stored, failure } = sender;
    lines.push(`exporter ${id}, ${signal}: ${endpoint}, last delivery ${ago(lastSuccess)}`);
    lines.push(`  ${accountsOf(sender)}`, `  ${queueOf(sender)}`);
    for (const [reason, { items }] of Object.entries(sender.dropped))
      lines.push(`  dropped ${countOf(items, WORDS[signal])}: ${reason}`);
    if (stored?.problem !== undefined) lines.push(`  the disk fails, so requests wait in memory: ${stored.problem}`);
    if (failure !== undefined) lines.push(`  failing, first ${ago(failure.since)}: ${failure.message}`);
  }
  for (const [id, urls] of Object.entries(status.pages)) {
    lines.push(`exporter ${id}: ${urls.join(', ') || 'nowhere, as its interface has no address'}`);
  }
  if (status.stateSocket !== undefined) {
    const { path, clients, dropped } = status.stateSocket;
    lines.push(`state socket: ${path}, ${countOf(clients, 'client')}, ${dropped} cut off as too slow`);
  }
  return `${lines.join('\n')}\n`;
}

/** What became of everything, such as `110 points, 10 of them from before the start: 90 sent, 20 queued, 0 dropped`. */
function accountsOf({ signal, enqueued, restored, sent, queued, dropped }: SenderStatus): string {
  const older = restored.items > 0 ? `, ${restored.items} of them from before the start` : '';
  const lost = Object.values(dropped).reduce((sum, { items }) => sum + items, 0);
  const all = countOf(enqueued.items, WORDS[signal]);
  return `${all}${older}: ${sent.items} sent, ${queued.items} queued, ${lost} dropped`;
}

function queueOf({ queued, queuedBytes, stored }: SenderStatus): string {
  if (stored === undefined) return amountOf('queue in memory', queued.requests, queuedBytes);
  const onDisk = amountOf('queue on disk', stored.requests, stored.bytes);
  const elsewhere = queued.requests - stored.requests;
  return elsewhere > 0 ? `${onDisk}; ${amountOf('in memory', elsewhere, queuedBytes - stored.bytes)}` : onDisk;
}

function amountOf(where: string, requests: number, bytes: number): string {
  return `${where}: ${countOf(requests, 'request')}, ${formatBytes(bytes)}`;
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
