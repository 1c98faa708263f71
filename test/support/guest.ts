import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { guestImage, pack } from './guest-image.js';
import { repositoryPath } from './repository.js';

/** What a program needs that reads WireGuard in a guest. */
export const READING: readonly string[] = [
  'package.json',
  'build/test/core/source/internals.js',
  'build/test/support/repository.js',
  'packages/core/package.json',
  'packages/core/dist',
  'node_modules/@opentelemetry/api',
  'node_modules/@wgotel/core',
  'node_modules/koffi',
  'node_modules/@koromix',
];

/** Longer than a guest takes on a machine with much else to do. */
const LIMIT = 280_000;

/** Boots a machine with a kernel of its own, runs a program of Node in it as root, and returns what that has written on
 *  standard output. The machine has no network and no disk; its processor is emulated, so that it needs nothing of the host.
 *
 *  @param main the program, below the repository; what is in its folder is there too
 *  @param others files and folders below the repository that are there as well
 *  @throws {Error} with the console if the program has not ended well */
export async function runInGuest(main: string, others: readonly string[]): Promise<string> {
  const image = guestImage();
  if (image === undefined) throw new Error('no guest image: npm run guest');
  const folder = await mkdtemp(join(tmpdir(), 'wgotel-guest-'));
  try {
    for (const file of [dirname(main), ...others]) {
      await cp(repositoryPath(file), join(folder, 'root/test', file), { recursive: true, dereference: true });
    }
    const [added, root, output] = ['added.cpio', 'root.cpio', 'output'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await pack(join(folder, 'root'), added);
    // One archive after the other is one archive.
    await execa('cat', [image.root, added], { stdout: { file: root }, buffer: false });
    const machine = '-nodefaults -no-user-config -nographic -no-reboot -machine pc -accel tcg -cpu max -smp 1 -m 1024';
    const kernel = 'console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on tsc=reliable no_timer_check';
    const files = ['-kernel', image.kernel, '-initrd', root, '-append', `${kernel} MAIN=${main}`];
    const ports = ['-serial', 'stdio', '-serial', `file:${output}`];
    const { all, timedOut } = await execa('qemu-system-x86_64', [...machine.split(' '), ...files, ...ports], {
      all: true,
      reject: false,
      stdin: 'ignore',
      timeout: LIMIT,
      killSignal: 'SIGKILL',
    });
    const written = await readFile(output, 'utf8').catch(() => '');
    if (timedOut || !all.includes(`${main} ended with 0`)) throw new Error(`the guest failed:\n${all}\n${written}`);
    return written;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
