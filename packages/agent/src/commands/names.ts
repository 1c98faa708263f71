import { chmodSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { readConfigurationNames } from '../names/wireguard-files.js';

const EXAMPLES = `
Names come from comments as popular installers write them (friendly_name, Name, Client, BEGIN_PEER, begin), from networkd's
.netdev files and from wg-easy's wg0.json. What is written holds names and public keys, and no other keys: run this as root,
before the agent starts, and let the agent, which then needs no access to these files, read the result.

Exit codes: 0 done, 1 no file could be read, 3 some could not.

Examples:
  $ sudo wgotel names extract /etc/wireguard
  $ sudo wgotel names extract /etc/wireguard/wg0.conf --output /run/wgotel/names.csv`;

/** Makes the command `wgotel names`. */
export function namesCommand(): Command {
  const extract = new Command('extract')
    .description('Write the names of peers, with their public keys, that stand in WireGuard configuration files.')
    .argument(
      '<files...>',
      'configurations of wg-quick (.conf), networkd (.netdev) or wg-easy (.json), or folders of the first two',
    )
    .option('-o, --output <file>', 'where to write to (default: standard output)')
    .addOption(new Option('--format <name>', 'csv or json').choices(['csv', 'json']).default('csv'))
    .addHelpText('after', EXAMPLES)
    .action(extractNames);
  return new Command('names').description('Work with names of peers.').addCommand(extract);
}

function extractNames(files: readonly string[], { output, format }: { output?: string; format: 'csv' | 'json' }): void {
  const names = new Map<string, string>();
  let failed = 0;
  const found = files.flatMap(inFolder);
  for (const path of found) {
    try {
      const inFile = readSecretly(path);
      for (const [publicKey, name] of inFile) if (!names.has(publicKey)) names.set(publicKey, name);
      console.error(`${path}: ${inFile.size} ${inFile.size === 1 ? 'name' : 'names'}`);
    } catch (error) {
      failed++;
      const { code, message } = error as NodeJS.ErrnoException;
      console.error(`${path}: ${code === undefined ? message : `it can't be read (${code})`}`);
    }
  }
  const text = format === 'csv' ? toCsv(names) : `${JSON.stringify(Object.fromEntries(names), undefined, 2)}\n`;
  if (output === undefined) process.stdout.write(text);
  else replaceFile(output, text);
  process.exitCode = failed === 0 ? 0 : failed === found.length ? 1 : 3;
}

/** The files of a folder, or what is no folder itself. */
function inFolder(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  const names = readdirSync(path).filter((name) => /\.(conf|netdev)$/.test(name));
  return names.toSorted().map((name) => join(path, name));
}

function readSecretly(path: string): ReadonlyMap<string, string> {
  const bytes = readFileSync(path);
  try {
    return readConfigurationNames(path, bytes);
  } finally {
    bytes.fill(0);
  }
}

function toCsv(names: ReadonlyMap<string, string>): string {
  const rows = [...names].map(([publicKey, name]) => `${publicKey},${quoted(name)}\n`);
  return `public_key,name\n${rows.join('')}`;
}

function quoted(text: string): string {
  return /[",#\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Whoever reads the file meanwhile gets the old or the new one whole. The agent may read it whatever the umask is. */
function replaceFile(path: string, text: string): void {
  const aside = `${path}.${process.pid}.tmp`;
  writeFileSync(aside, text, { flag: 'wx' });
  chmodSync(aside, 0o644);
  renameSync(aside, path);
}
