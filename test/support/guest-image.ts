import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { appendFile, chmod, copyFile, mkdir, mkdtemp, readdir, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { cacheFolder } from './go-program.js';
import { isInstalled } from './process.js';
import { repositoryPath } from './repository.js';

/** Debian's kernel for virtual machines, which has WireGuard as a module. */
const KERNEL = 'linux-image-cloud-amd64';

const MODULES = ['wireguard', 'veth'];

/** What is in the guest besides busybox, as it is installed here. */
const PROGRAMS = [process.execPath, 'wg', 'ip'];

const INIT = repositoryPath('test/kernel/guest/init.sh');

/** A kernel and the archive of its first root directory. */
export interface GuestImage {
  readonly kernel: string;
  readonly root: string;
}

/** The image's place in the cache: another recipe or another Node is another image. */
function imageFolder(): string {
  const recipe = [KERNEL, ...MODULES, ...PROGRAMS, process.version, readFileSync(INIT, 'utf8')];
  return join(cacheFolder(), `guest-${createHash('sha256').update(recipe.join('\0')).digest('hex').slice(0, 16)}`);
}

/** Returns the image; undefined when `npm run guest` has not been run for this recipe. */
export function guestImage(): GuestImage | undefined {
  const folder = imageFolder();
  return existsSync(folder) ? { kernel: join(folder, 'vmlinuz'), root: join(folder, 'root.cpio') } : undefined;
}

/** Lists all that keeps a guest from being booted here, and how to install what is missing. */
export function guestObstacles(): string[] {
  const needed = { 'qemu-system-x86_64': 'qemu-system-x86', cpio: 'cpio' };
  const missing = Object.entries(needed).filter(([program]) => !isInstalled(program));
  return [
    ...(process.platform === 'linux' && process.arch === 'x64' ? [] : ['needs Linux on x64']),
    ...missing.map(([program, name]) => `${program} missing: apt-get install --no-install-recommends ${name}`),
    ...(guestImage() === undefined ? ['no guest image'] : []),
  ];
}

/** Makes the image from packages of Debian's mirror unless it is in the cache, and returns its folder. Needs a Debian. */
export async function ensureGuestImage(): Promise<string> {
  const target = imageFolder();
  if (existsSync(target)) return target;
  await mkdir(cacheFolder(), { recursive: true });
  const folder = await mkdtemp(join(cacheFolder(), 'guest-build-'));
  try {
    const image = join(folder, 'image');
    await mkdir(image);
    const kernel = await unpack(await concretePackage(), folder);
    const busybox = await unpack('busybox-static', folder);
    const [release] = (await readdir(join(kernel, 'lib/modules'))) as [string];
    const root = join(folder, 'root');
    await addModules(kernel, release, root);
    for (const program of PROGRAMS) await addProgram(program, root);
    await add(join(busybox, 'bin/busybox'), join(root, 'bin/busybox'));
    await add(INIT, join(root, 'init'));
    await chmod(join(root, 'init'), 0o755);
    for (const empty of ['dev', 'proc', 'sys', 'tmp', 'var']) await mkdir(join(root, empty));
    await copyFile(join(kernel, `boot/vmlinuz-${release}`), join(image, 'vmlinuz'));
    await pack(root, join(image, 'root.cpio'));
    await rename(image, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return target;
}

/** Packs a folder as the kernel takes its first root directory. */
export async function pack(folder: string, archive: string): Promise<void> {
  const files = await readdir(folder, { recursive: true });
  await execa('cpio', ['--create', '--format=newc', '--quiet', '--owner=0:0', `--file=${archive}`], {
    cwd: folder,
    input: files.toSorted().join('\n'),
  });
}

/** The package of the one release that the package without a release stands for. */
async function concretePackage(): Promise<string> {
  if (process.getuid?.() === 0) await execa('apt-get', ['update', '--quiet=2']);
  const { stdout } = await execa('apt-cache', ['depends', '--no-recommends', '--no-suggests', KERNEL]);
  const name = /Depends: (linux-image-\S+)/.exec(stdout)?.[1];
  if (name === undefined) throw new Error(`no package behind ${KERNEL}: run apt-get update`);
  return name;
}

async function unpack(name: string, folder: string): Promise<string> {
  const [debs, target] = [join(folder, `${name}.download`), join(folder, name)];
  await mkdir(debs);
  await execa('apt-get', ['download', name], { cwd: debs });
  const [deb] = (await readdir(debs)) as [string];
  await execa('dpkg-deb', ['--extract', join(debs, deb), target]);
  return target;
}

/** Adds modules and what they need, and a list of them in the order in which they have to be loaded. */
async function addModules(kernel: string, release: string, root: string): Promise<void> {
  await execa('depmod', ['--basedir', kernel, release]);
  await mkdir(join(root, 'modules'), { recursive: true });
  const order = new Set<string>();
  for (const name of MODULES) {
    const args = ['--dirname', kernel, '--set-version', release, '--show-depends', name];
    const { stdout } = await execa('modprobe', args);
    for (const [, file] of stdout.matchAll(/^insmod (\S+)/gm)) order.add(file!);
  }
  for (const file of order) {
    await copyFile(file, join(root, 'modules', basename(file)));
    await appendFile(join(root, 'modules/order'), `${basename(file)}\n`);
  }
}

/** Adds a program and the libraries it is linked with. */
async function addProgram(program: string, root: string): Promise<void> {
  const { stdout: path } = await execa('which', [program]);
  await add(path, join(root, 'usr/bin', basename(path)));
  const { stdout } = await execa('ldd', [path]);
  for (const [library] of stdout.matchAll(/\/\S+/g)) {
    if (!existsSync(join(root, library))) await add(library, join(root, library));
  }
}

async function add(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(await realpath(from), to);
}
