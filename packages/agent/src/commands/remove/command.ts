import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { READER_PROTOCOL } from '@wgotel/core';
import { Command } from 'commander';
import { configFile, readSafely } from '../../config/load.js';
import { readPlaces, type Places } from '../../config/places.js';
import { LOCK } from '../../storage/state-folder.js';
import { addConfigOption } from '../options.js';
import { Host } from './host.js';
import { allPlaces } from './places.js';
import { planRemoval, type Step } from './plan.js';

const HELP = `
Removes sockets, extracts in /run/wgotel, the systemd units with their drop-ins, and the completion of bash. With --purge also data: saved
state and queues in the folders that the configuration names, /etc/wgotel/config.yaml, reader.yaml beside it, and /etc/default/wgotel. Only what is known by its name
and kind is removed; what else is in those folders stays, and is told. Links are not followed.

Exit codes: 0 done, 1 an agent runs and nothing was removed, 2 the configuration can't be used, 3 something could not be removed.

Examples:
  $ sudo wgotel remove --purge --dry-run              what would go, and what would stay
  $ sudo systemctl disable --now wgotel && sudo wgotel remove
  $ sudo wgotel remove --purge && sudo npm uninstall --global @wgotel/agent @wgotel/core`;

interface RemoveFlags {
  readonly config?: string;
  readonly purge?: true;
  readonly dryRun?: true;
}

/** Makes the command `wgotel remove`. */
export function removeCommand(): Command {
  return addConfigOption(new Command('remove'))
    .description('Remove what wgotel has put on this host.')
    .option('--purge', 'remove data too: saved state, queues and the configuration')
    .option('--dry-run', 'only say what would be done')
    .addHelpText('after', HELP)
    .action(async (flags: RemoveFlags) => {
      const name = configFile(flags);
      const file = name === undefined ? undefined : { name, text: readSafely(name) };
      const places = readPlaces(file, process.env, (path) => readFileSync(path));
      process.exitCode = await remove(places, flags, new Host());
    });
}

/** Removes, or says what would be removed. Returns the exit code.
 *
 *  @param say gets lines of what was done
 *  @param complain gets lines of what was not */
export async function remove(
  places: Places,
  { purge = false, dryRun = false }: { readonly purge?: boolean; readonly dryRun?: boolean },
  host: Host,
  say: (line: string) => void = (line) => console.log(line),
  complain: (line: string) => void = (line) => console.error(line),
): Promise<number> {
  const running = await whoRuns(places, host);
  if (running !== undefined) {
    complain(
      `nothing was removed: ${running}; stop it first: systemctl disable --now wgotel; systemctl stop 'wgotel*'`,
    );
    return 1;
  }
  const steps = planRemoval(allPlaces(places, host), host, purge);
  let code = 0;
  for (const { path, isFolder, stays } of steps) {
    if (stays !== undefined) {
      say(`${dryRun ? 'would stay' : 'stays'} ${path}: ${stays}`);
      continue;
    }
    try {
      if (!dryRun) host.remove(path, isFolder);
      say(`${dryRun ? 'would be removed' : 'removed'} ${path}`);
    } catch (error) {
      code = 3;
      complain(`${path} can't be removed: ${(error as NodeJS.ErrnoException).code}`);
    }
  }
  for (const line of whatIsLeft(steps, host)) say(line);
  return code;
}

/** Says which agent runs. `undefined`: none is seen. */
async function whoRuns({ storages, stateSocket }: Places, host: Host): Promise<string | undefined> {
  const unit = host.runningUnit();
  if (unit !== undefined) return unit;
  for (const socket of [...storages.map((folder) => join(folder, LOCK)), stateSocket, READER_PROTOCOL.socket]) {
    if (await host.answers(socket)) return `an agent answers at ${socket}`;
  }
  return undefined;
}

/** What remains to be done by hand. */
function whatIsLeft(steps: readonly Step[], host: Host): string[] {
  const removed = steps.filter(({ stays }) => stays === undefined).map(({ path }) => path);
  if (removed.length === 0) return ['there is nothing to remove'];
  return [
    ...(removed.some((path) => path.startsWith('/etc/systemd/')) ? ['then: systemctl daemon-reload'] : []),
    ...(removed.includes('/etc/sysusers.d/wgotel.conf') && host.hasUser('wgotel') ? ['then: userdel wgotel'] : []),
  ];
}
