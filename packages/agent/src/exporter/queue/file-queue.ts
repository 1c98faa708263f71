import type { EncodedRequest } from '../../otlp/request.js';
import type { Queue, QueueListener, Stored } from './queue.js';
import { encodeQueueFile, QueueFileError } from './queue-file.js';
import { inBlocks, QueueFolder, type StoredRequest } from './queue-folder.js';

/** What is not yet written, or can't be, waits in memory up to this, in bytes. */
const MEMORY_LIMIT = 64 * 1024 * 1024;

/** What says that a file is lost. All else may pass: the disk is gone for a while, or there are too many open files. */
const LOST: readonly (string | undefined)[] = ['ENOENT', 'EIO'];

export interface FileQueueOptions {
  /** A folder that nobody else uses. */
  readonly path: string;
  /** How much there is on disk at most, in bytes. */
  readonly limit: number;
  /** Whether what is written is to survive a crash of the machine, and not only of the process. */
  readonly fsync: boolean;
  /** For tests: how much there is in memory at most, in bytes. */
  readonly memoryLimit?: number | undefined;
}

/** A request in the queue: in memory, on disk, or both. */
interface Entry {
  readonly items: number;
  /** Over once it was tried to write it. */
  readonly settled: Promise<void>;
  /** `undefined`: it must be read from its file. */
  request: EncodedRequest | undefined;
  /** `undefined`: it is in memory alone. */
  file: StoredRequest | undefined;
}

/** A queue with a file for each request, which outlives the process. A request is on disk before it is given out; what the
 *  disk does not take waits in memory until it does. */
export class FileQueue implements Queue {
  readonly #folder: QueueFolder;
  readonly #limit: number;
  readonly #memoryLimit: number;
  #listener: QueueListener | undefined;
  #entries: Entry[] = [];
  /** Those in memory alone that are to be written. */
  #unwritten: Entry[] = [];
  #taken: Entry | undefined;
  /** What is being written: its bytes are in use. */
  #writing: { readonly entry: Entry; readonly done: Promise<void> } | undefined;
  #memoryBytes = 0;
  #storedBytes = 0;
  #storedRequests = 0;
  #isTakenUp = false;
  #isOpen = false;
  #problem: string | undefined;
  #begin: (after?: Promise<unknown>) => void = () => undefined;
  /** One thing after the other: what is from before is taken up, then requests are written. */
  #work: Promise<unknown>;

  constructor({ path, limit, fsync, memoryLimit = MEMORY_LIMIT }: FileQueueOptions) {
    this.#folder = new QueueFolder(path, fsync);
    this.#limit = limit;
    this.#memoryLimit = memoryLimit;
    this.#work = new Promise((resolve) => (this.#begin = resolve));
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  get bytes(): number {
    return this.#memoryBytes + this.#storedBytes;
  }

  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  get stored(): Stored {
    return { requests: this.#storedRequests, bytes: this.#storedBytes, problem: this.#problem };
  }

  connect(listener: QueueListener): void {
    this.#listener = listener;
  }

  open(after: Promise<unknown>): void {
    this.#isOpen = true;
    this.#begin(after);
    void this.#writeNext();
  }

  push(request: EncodedRequest): void {
    const entry: Entry = { items: request.items, settled: this.#writeNext(), request, file: undefined };
    this.#entries.push(entry);
    this.#unwritten.push(entry);
    this.#memoryBytes += request.bytes.length;
    while (this.#memoryBytes > this.#memoryLimit) {
      const oldest = this.#unwritten.find((each) => each !== this.#writing?.entry);
      if (oldest === undefined) return;
      this.#drop(oldest, 'disk', this.#problem ?? 'the disk is too slow');
    }
  }

  async take(): Promise<EncodedRequest | undefined> {
    for (let entry = this.#entries[0]; entry !== undefined; entry = this.#entries[0]) {
      await entry.settled;
      while (this.#writing?.entry === entry) await this.#writing.done;
      if (this.#entries[0] !== entry) continue;
      this.#taken = entry;
      // What the disk does not take goes out without having been there.
      if (entry.file === undefined) remove(this.#unwritten, entry);
      try {
        entry.request ??= await this.#read(entry);
        return entry.request;
      } catch (error) {
        if (!(error instanceof QueueFileError) && !LOST.includes((error as NodeJS.ErrnoException).code)) {
          this.#progressed((error as Error).message);
          return undefined;
        }
        await this.#discard(entry, error as Error);
      }
    }
    return undefined;
  }

  async remove(): Promise<void> {
    const entry = this.#taken;
    if (entry === undefined) return;
    this.#forget(entry);
    if (entry.file !== undefined) await this.#folder.remove(entry.file);
  }

  async close(): Promise<readonly number[]> {
    this.#begin();
    await this.#work;
    const lost = this.#entries.filter(({ file }) => file === undefined);
    for (const entry of lost) this.#forget(entry);
    for (const { request } of this.#entries) request?.release();
    return lost.map(({ items }) => items);
  }

  #writeNext(): Promise<void> {
    const done = this.#work.then(() => this.#write());
    this.#work = done;
    return done;
  }

  /** Writes what is in memory alone, oldest first, as long as the disk takes it. */
  async #write(): Promise<void> {
    if (!this.#isOpen) return;
    try {
      if (!this.#isTakenUp) await this.#takeUp();
      for (let entry = this.#unwritten[0]; entry !== undefined; entry = this.#unwritten[0]) {
        const done = this.#store(entry);
        this.#writing = { entry, done: done.catch(() => undefined) };
        await done.finally(() => (this.#writing = undefined));
        this.#progressed(undefined);
      }
    } catch (error) {
      this.#progressed((error as Error).message);
    }
  }

  #progressed(problem: string | undefined): void {
    this.#problem = problem;
    this.#listener?.progressed();
  }

  /** Takes up what is from before: it goes before all that came since, except for what was given out. */
  async #takeUp(): Promise<void> {
    const found = await this.#folder.list();
    this.#isTakenUp = true;
    const settled = Promise.resolve();
    const older = found.map((file): Entry => ({ items: file.items, settled, request: undefined, file }));
    const given = this.#entries.filter((entry) => entry === this.#taken);
    this.#entries = [...given, ...older, ...this.#entries.slice(given.length)];
    this.#storedRequests += found.length;
    this.#storedBytes += sum(found.map(({ size }) => size));
    if (found.length > 0) {
      this.#listener?.restored({ requests: found.length, items: sum(found.map(({ items }) => items)) });
    }
    await this.#makeRoom(0);
    this.#progressed(undefined);
  }

  async #store(entry: Entry): Promise<void> {
    const { request, items } = entry;
    const contents = await encodeQueueFile(request!.bytes);
    const size = inBlocks(contents.length);
    await this.#makeRoom(size);
    if (this.#storedBytes + size > this.#limit) {
      this.#drop(entry, 'queue_full', 'the queue is full');
      return;
    }
    entry.file = await this.#folder.write(contents, items);
    remove(this.#unwritten, entry);
    this.#memoryBytes -= request!.bytes.length;
    this.#storedBytes += size;
    this.#storedRequests++;
    // What goes out next need not be read again.
    if (entry === this.#entries[0]) return;
    entry.request = undefined;
    request!.release();
  }

  /** Lets the oldest on disk go until so many bytes fit, if they do. */
  async #makeRoom(size: number): Promise<void> {
    while (this.#storedBytes + size > this.#limit) {
      const oldest = this.#entries.find((each) => each.file !== undefined && each !== this.#taken);
      if (oldest === undefined) return;
      this.#drop(oldest, 'queue_full', 'the queue is full');
      await this.#folder.remove(oldest.file!);
    }
  }

  async #read({ file, items }: Entry): Promise<EncodedRequest> {
    return { bytes: await this.#folder.read(file!), items, release: () => undefined };
  }

  /** Lets go of what can't be read. */
  async #discard(entry: Entry, error: Error): Promise<void> {
    const reason = error instanceof QueueFileError ? error.reason : 'disk';
    this.#drop(entry, reason, `${entry.file!.name}: ${error.message}`);
    if (reason === 'unknown_version') await this.#folder.setAside(entry.file!);
    else await this.#folder.remove(entry.file!);
  }

  #drop(entry: Entry, reason: string, message: string): void {
    this.#forget(entry);
    this.#listener?.dropped(entry.items, reason, message);
  }

  #forget(entry: Entry): void {
    remove(this.#entries, entry);
    remove(this.#unwritten, entry);
    if (this.#taken === entry) this.#taken = undefined;
    if (entry.file === undefined) {
      this.#memoryBytes -= entry.request!.bytes.length;
    } else {
      this.#storedBytes -= entry.file.size;
      this.#storedRequests--;
    }
    entry.request?.release();
  }
}

function remove<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index !== -1) list.splice(index, 1);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
