import { Command, Option } from 'commander';
import type { AgentStatus } from '../health/status.js';
import { formatAge, formatBytes } from './once/units.js';

const EXAMPLES = `
Exit codes: 0 all is well, 1 no agent answers, 3 something fails.

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
  process.stdout.write(
    format === 'json' ? `${JSON.stringify(answer, undefined, 2)}\n` : renderStatus(answer, Date.now()),
  );
  const failing = Object.values(answer.exporters).some(({ failure }) => failure !== undefined);
  const blind = Object.values(answer.receivers).some(({ failures }) => failures.length > 0);
  process.exitCode = failing || blind || answer.reloadProblem !== undefined ? 3 : 0;
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
    for (const { name, up, peers } of devices) {
      const counts = Object.entries(peers).filter(([, count]) => count > 0);
      const states = counts.map(([state, count]) => `${count} ${state}`).join(', ') || 'no peers';
      lines.push(`  ${name}: ${up === undefined ? 'can not be read' : up === 1 ? 'up' : 'down'}, ${states}`);
    }
    for (const { source, message } of failures) lines.push(`  failure: ${source}: ${message}`);
  }
  for (const [id, { endpoint, queuedBytes, lastSuccess, failure, sent, dropped }] of Object.entries(status.exporters)) {
    lines.push(`exporter ${id}: ${endpoint}, last delivery ${ago(lastSuccess)}`);
    lines.push(`  sent ${sent.points} points in ${sent.requests} requests, ${formatBytes(queuedBytes)} queued`);
    for (const [reason, { points }] of Object.entries(dropped)) lines.push(`  dropped ${points} points: ${reason}`);
    if (failure !== undefined) lines.push(`  failing, first ${ago(failure.since)}: ${failure.message}`);
  }
  if (status.stateSocket !== undefined) {
    const { path, clients, dropped } = status.stateSocket;
    lines.push(`state socket: ${path}, ${clients} clients, ${dropped} dropped`);
  }
  return `${lines.join('\n')}\n`;
}
