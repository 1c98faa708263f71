import { spawnSync } from 'node:child_process';
import {
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  statSync,
  unlinkSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import { answers } from '../../unix-socket.js';

const UNITS = ['wgotel.service', 'wgotel-reader.service'];

/** A file system that things are removed from. Links are never followed below its root, but those in a path to a folder. */
export class Host {
  readonly #root: string;

  /** @param root what stands for `/`. Anything else is for tests */
  constructor(root: string = '/') {
    this.#root = root;
  }

  /** `undefined`: there is nothing. */
  stat(path: string): Stats | undefined {
    return lstatSync(this.#at(path), { throwIfNoEntry: false });
  }

  /** `undefined`: it is no symbolic link. */
  linkTarget(path: string): string | undefined {
    return this.stat(path)?.isSymbolicLink() === true ? readlinkSync(this.#at(path)) : undefined;
  }

  /** Names in a folder, in order. What is no folder, or a link, has none. */
  list(folder: string): string[] {
    if (this.stat(folder)?.isDirectory() !== true) return [];
    return readdirSync(this.#at(folder)).toSorted();
  }

  /** Removes one file, socket or link, or an empty folder.
   *
   *  @throws {Error} of the file system */
  remove(path: string, isFolder: boolean): void {
    if (isFolder) rmdirSync(this.#at(path));
    else unlinkSync(this.#at(path));
  }

  /** Whether somebody listens at a socket. */
  async answers(socket: string): Promise<boolean> {
    return this.stat(socket)?.isSocket() === true && answers(this.#at(socket));
  }

  /** The unit that runs and its state, such as `wgotel.service is active`. `undefined`: none does, or there is no systemd. */
  runningUnit(): string | undefined {
    if (statSync(this.#at('/run/systemd/system'), { throwIfNoEntry: false }) === undefined) return undefined;
    for (const unit of UNITS) {
      const { stdout } = spawnSync('systemctl', ['show', '--value', '--property=ActiveState', unit], {
        encoding: 'utf8',
      });
      const state = (stdout as string | null)?.trim() ?? '';
      if (!['', 'inactive', 'failed'].includes(state)) return `${unit} is ${state}`;
    }
    return undefined;
  }

  /** Whether there is a user of this name. */
  hasUser(name: string): boolean {
    try {
      return readFileSync(this.#at('/etc/passwd'), 'utf8')
        .split('\n')
        .some((line) => line.startsWith(`${name}:`));
    } catch {
      return false;
    }
  }

  #at(path: string): string {
    return join(this.#root, path);
  }
}
