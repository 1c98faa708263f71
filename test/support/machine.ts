import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { debianTree } from './debian-tree.js';
import { isInstalled, startProcess, until, type RunningProcess } from './process.js';

/** The environment of somebody who has logged in as root. */
const ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' };

/** Lists all that keeps a machine from being booted here, and how to install what is missing. */
export function machineObstacles(): string[] {
  const missing = Object.entries({ 'systemd-nspawn': 'systemd-container', mmdebstrap: 'mmdebstrap' }).filter(
    ([program]) => !isInstalled(program),
  );
  return [
    ...(process.getuid?.() === 0 ? [] : ['needs root']),
    ...missing.map(([program, name]) => `${program} missing: apt-get install --no-install-recommends ${name}`),
    ...(existsSync('/dev/net/tun') ? [] : ['needs /dev/net/tun']),
    ...(CGROUP_ROOTS.some(isVersion2) ? [] : ['needs cgroup v2 mounted at /sys/fs/cgroup or its unified']),
    ...(debianTree() === undefined ? ['no Debian tree'] : []),
  ];
}

/** Where groups of processes may be. nspawn makes them in the last one too, on a host that has both versions of cgroups. */
const CGROUP_ROOTS = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified', '/sys/fs/cgroup/systemd'];

function isVersion2(root: string): boolean {
  return existsSync(join(root, 'cgroup.controllers'));
}

/** A Debian of its own, with systemd as process 1 and a network without a way out. What is written in it is forgotten. It
 *  has this process's Node and npm, and the npm cache filled so far, read-only. */
export class Machine {
  readonly #name: string;
  readonly #container: RunningProcess;
  readonly #leader: number;

  private constructor(name: string, container: RunningProcess, leader: number) {
    this.#name = name;
    this.#container = container;
    this.#leader = leader;
  }

  /** Boots a machine and waits until all its units are started.
   *
   *  @param shared folders of the host that are there too, read-only, by their path in the machine */
  static async boot(shared: Readonly<Record<string, string>>): Promise<Machine> {
    const name = `wgotel-${process.pid}`;
    const group = join(CGROUP_ROOTS.find(isVersion2)!, name);
    await mkdir(group);
    const npm = async (...args: string[]): Promise<string> => (await execa('npm', args)).stdout;
    const binds = {
      '/usr/bin/node': process.execPath,
      '/usr/lib/node_modules/npm': join(await npm('root', '--global'), 'npm'),
      ...shared,
    };
    // What has no systemd on the host to register with has no group made for it either.
    const inGroup = ['-c', 'echo $$ > "$0/cgroup.procs" && exec systemd-nspawn "$@"', group];
    const options =
      '--quiet --boot --volatile=overlay --register=no --keep-unit --settings=no --console=pipe --private-network ' +
      '--resolv-conf=off --timezone=off --link-journal=no --bind=/dev/net/tun';
    const container = startProcess(
      'sh',
      [
        ...inGroup,
        ...options.split(' '),
        `--machine=${name}`,
        `--directory=${debianTree()}`,
        ...Object.entries(binds).map(([inside, outside]) => `--bind-ro=${outside}:${inside}`),
        `--overlay=${await npm('config', 'get', 'cache')}::/root/.npm`,
      ],
      { env: { SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1' } },
    );
    try {
      const leader = await until('systemd runs', () => systemdOf(container.pid), { process: container });
      const machine = new Machine(name, container, leader);
      await until(
        'all units are started',
        async () => (await machine.try(['systemctl', 'is-system-running'])).stdout === 'running',
        { process: container, timeoutMs: 60_000 },
      );
      await machine.exec(['ln', '-s', '../lib/node_modules/npm/bin/npm-cli.js', '/usr/bin/npm']);
      return machine;
    } catch (error) {
      await container.stop();
      await removeGroups(name);
      throw error;
    }
  }

  /** Runs a command as root and returns its standard output. Throws if the command fails. */
  async exec(argv: readonly string[]): Promise<string> {
    const { stdout, stderr, exitCode } = await this.try(argv);
    if (exitCode !== 0) throw new Error(`${argv.join(' ')} ended with ${exitCode}:\n${stdout}\n${stderr}`);
    return stdout;
  }

  /** Runs a command as root, whether it fails or not. */
  async try(argv: readonly string[]): Promise<{ stdout: string; stderr: string; exitCode?: number }> {
    const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--root', '--wd'];
    return execa('nsenter', ['--target', String(this.#leader), ...namespaces, '--', ...argv], {
      stdin: 'ignore',
      reject: false,
      env: ENVIRONMENT,
      extendEnv: false,
    });
  }

  /** Writes a file, and its folder where it is missing. */
  async write(path: string, text: string, mode = 0o644): Promise<void> {
    const outside = `/proc/${this.#leader}/root${path}`;
    await mkdir(dirname(outside), { recursive: true });
    await writeFile(outside, text, { mode });
  }

  /** Ends every process of the machine and removes what it leaves behind. */
  async close(): Promise<void> {
    process.kill(this.#leader, 'SIGKILL');
    await until('the machine is gone', () => this.#container.ended());
    await removeGroups(this.#name);
  }
}

/** The child of nspawn, once it is systemd and no longer nspawn itself. */
async function systemdOf(container: number): Promise<number | undefined> {
  const children = await readFile(`/proc/${container}/task/${container}/children`, 'utf8').catch(() => '');
  for (const pid of children.split(' ').filter(Boolean)) {
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    if (['systemd\n', 'init\n'].includes(name)) return Number(pid);
  }
  return undefined;
}

async function removeGroups(name: string): Promise<void> {
  for (const group of CGROUP_ROOTS.map((root) => join(root, name))) {
    if (existsSync(group)) await execa('find', [group, '-depth', '-type', 'd', '-delete']);
  }
}
