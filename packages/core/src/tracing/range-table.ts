import { words } from '../model/address.js';

/** Steps of work between two pauses. */
const STRIDE = 1024;

/** Prefixes of one family, as they are gathered. */
export class PrefixList {
  /** Words of an address: 1 of IPv4, 4 of IPv6. */
  readonly width: 1 | 4;
  readonly starts: number[] = [];
  readonly lengths: number[] = [];
  readonly owners: number[] = [];

  constructor(width: 1 | 4) {
    this.width = width;
  }

  /** Adds the prefix whose first address is in {@link words}. */
  add(length: number, owner: number): void {
    for (let index = 0; index < this.width; index++) this.starts.push(words[index]!);
    this.lengths.push(length);
    this.owners.push(owner);
  }
}

/** Finds the longest prefix that holds an address: the address space cut into ranges, each with the prefix that wins there,
 *  in sorted typed arrays. It never changes. */
export class RangeTable {
  readonly #width: number;
  readonly #starts: Uint32Array;
  readonly #owners: Int32Array;
  readonly #lengths: Uint8Array;

  private constructor(width: number, starts: Uint32Array, owners: Int32Array, lengths: Uint8Array) {
    this.#width = width;
    this.#starts = starts;
    this.#owners = owners;
    this.#lengths = lengths;
  }

  /** Makes a table, pausing now and then. Of two equal prefixes the one that was added later wins. */
  static *build(list: PrefixList): Generator<void, RangeTable> {
    const order = yield* sorted(list);
    const cut = new RangeCutter(list);
    for (let step = 0; step < order.length; step++) {
      if (step % STRIDE === 0) yield;
      cut.open(order[step]!);
    }
    cut.close();
    // Copying is fast, but not so fast that three at once would be.
    const starts = new Uint32Array(cut.starts);
    yield;
    const owners = new Int32Array(cut.owners);
    yield;
    return new RangeTable(list.width, starts, owners, new Uint8Array(cut.lengths));
  }

  /** Finds the range that holds the address in {@link words}. -1: before the first. */
  find(): number {
    const starts = this.#starts;
    const width = this.#width;
    let low = 0;
    let high = this.#owners.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      let difference = 0;
      for (let index = 0; index < width && difference === 0; index++) {
        difference = starts[middle * width + index]! - words[index]!;
      }
      if (difference <= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Whose prefix wins in a range. -1: no prefix holds it. */
  ownerOf(range: number): number {
    return range < 0 ? -1 : this.#owners[range]!;
  }

  /** The length of that prefix, in bits. */
  lengthOf(range: number): number {
    return this.#lengths[range]!;
  }
}

/** Cuts the address space: prefixes come sorted, those around others first. */
class RangeCutter {
  readonly #list: PrefixList;
  readonly starts: number[] = [];
  /** Whose prefix wins in each range, and its length. -1: none. */
  readonly owners: number[] = [];
  readonly lengths: number[] = [];
  /** Prefixes that the next one may be in, and the first address after each. `undefined`: there is no such address. */
  readonly #open: { readonly index: number; readonly after: readonly number[] | undefined }[] = [];

  constructor(list: PrefixList) {
    this.#list = list;
  }

  open(index: number): void {
    const { starts, width } = this.#list;
    const start = starts.slice(index * width, (index + 1) * width);
    this.#closeBefore(start);
    this.#begin(start, index);
    this.#open.push({ index, after: firstAfter(start, this.#list.lengths[index]!) });
  }

  close(): void {
    this.#closeBefore(undefined);
  }

  #closeBefore(start: readonly number[] | undefined): void {
    for (let top = this.#open.at(-1); top !== undefined; top = this.#open.at(-1)) {
      if (start !== undefined && (top.after === undefined || compare(top.after, start) > 0)) return;
      this.#open.pop();
      if (top.after !== undefined) this.#begin(top.after, this.#open.at(-1)?.index ?? -1);
    }
  }

  #begin(start: readonly number[], prefix: number): void {
    const { width, owners, lengths } = this.#list;
    const last = this.owners.length - 1;
    // What begins at the same address is more specific, or goes on after both ended.
    const again = last >= 0 && compare(this.starts.slice(-width), start) === 0;
    if (!again) this.starts.push(...start);
    const range = again ? last : last + 1;
    this.owners[range] = prefix < 0 ? -1 : owners[prefix]!;
    this.lengths[range] = prefix < 0 ? 0 : lengths[prefix]!;
  }
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, word] of a.entries()) if (word !== b[index]) return word - b[index]!;
  return 0;
}

/** The first address after a prefix. `undefined`: it goes to the end of the address space. */
function firstAfter(start: readonly number[], length: number): readonly number[] | undefined {
  const after = [...start];
  let carry = 2 ** (31 - ((length - 1) & 31));
  for (let index = (length - 1) >> 5; index >= 0; index--) {
    const sum = after[index]! + carry;
    after[index] = sum % 2 ** 32;
    if (sum < 2 ** 32) return after;
    carry = 1;
  }
  return undefined;
}

/** Sorts prefixes by first address, the shorter first; `sort` would do it in one go. */
function* sorted({ width, starts, lengths }: PrefixList): Generator<void, Uint32Array> {
  const before = (a: number, b: number): boolean => {
    for (let index = 0; index < width; index++) {
      const difference = starts[a * width + index]! - starts[b * width + index]!;
      if (difference !== 0) return difference < 0;
    }
    return lengths[a]! <= lengths[b]!;
  };
  const count = lengths.length;
  let from = new Uint32Array(count);
  for (let index = 0; index < count; index++) from[index] = index;
  let to = new Uint32Array(count);
  for (let run = 1; run < count; run *= 2) {
    for (let begin = 0, step = 0; begin < count; begin += 2 * run) {
      let left = begin;
      const middle = Math.min(begin + run, count);
      let right = middle;
      const end = Math.min(begin + 2 * run, count);
      for (let at = begin; at < end; at++) {
        if (++step % STRIDE === 0) yield;
        const takeLeft = right === end || (left < middle && before(from[left]!, from[right]!));
        to[at] = from[takeLeft ? left++ : right++]!;
      }
    }
    [from, to] = [to, from];
  }
  return from;
}
