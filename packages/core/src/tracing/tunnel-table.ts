import type { TunnelView } from '../model/tunnel.js';
import { parsePrefix } from '../model/address.js';
import { PrefixList, RangeTable } from './range-table.js';

/** Views looked through between two pauses. */
const STRIDE = 64;

/** Prefixes of both families. */
export class Prefixes {
  readonly #v4: RangeTable;
  readonly #v6: RangeTable;

  private constructor(v4: RangeTable, v6: RangeTable) {
    this.#v4 = v4;
    this.#v6 = v6;
  }

  static *build(lists: PrefixLists): Generator<void, Prefixes> {
    return new Prefixes(yield* RangeTable.build(lists.v4), yield* RangeTable.build(lists.v6));
  }

  /** The ranges of one family. */
  of(family: 4 | 6): RangeTable {
    return family === 4 ? this.#v4 : this.#v6;
  }
}

/** Prefixes of both families, as they are gathered. */
export class PrefixLists {
  readonly v4: PrefixList = new PrefixList(1);
  readonly v6: PrefixList = new PrefixList(4);

  /** Adds a prefix in CIDR form. Returns whether it is one. */
  add(text: string, owner: number): boolean {
    const prefix = parsePrefix(text);
    if (prefix === undefined) return false;
    (prefix.family === 4 ? this.v4 : this.v6).add(prefix.length, owner);
    return true;
  }
}

/** All tunnels of one moment, found by device and address. It never changes: with other tunnels there is another. */
export class TunnelTable {
  static readonly EMPTY: TunnelTable = new TunnelTable([], new Map());

  /** Owners in the prefixes are positions in this list. */
  readonly views: readonly TunnelView[];
  /** By name of the device. */
  readonly devices: ReadonlyMap<string, Prefixes>;

  private constructor(views: readonly TunnelView[], devices: ReadonlyMap<string, Prefixes>) {
    this.views = views;
    this.devices = devices;
  }

  /** Makes a table of the devices in one network namespace, pausing now and then. Prefixes that are as before are taken
   *  over: handshakes and states change far more often. */
  static *build(
    views: readonly TunnelView[],
    netns: string | undefined,
    previous: TunnelTable,
  ): Generator<void, TunnelTable> {
    if (yield* samePrefixes(views, previous.views)) return new TunnelTable(views, previous.devices);
    const lists = new Map<string, PrefixLists>();
    for (const [owner, view] of views.entries()) {
      if (owner % STRIDE === 0) yield;
      if (view.netns !== netns) continue;
      let list = lists.get(view.interface);
      if (list === undefined) lists.set(view.interface, (list = new PrefixLists()));
      for (const prefix of view.allowedIPs) list.add(prefix, owner);
    }
    const devices = new Map<string, Prefixes>();
    for (const [device, list] of lists) devices.set(device, yield* Prefixes.build(list));
    return new TunnelTable(views, devices);
  }
}

function* samePrefixes(now: readonly TunnelView[], before: readonly TunnelView[]): Generator<void, boolean> {
  if (now.length !== before.length) return false;
  for (const [index, view] of now.entries()) {
    if (index % STRIDE === 0) yield;
    const old = before[index]!;
    if (view === old) continue;
    if (view.interface !== old.interface || view.netns !== old.netns) return false;
    if (view.allowedIPs === old.allowedIPs) continue;
    if (view.allowedIPs.length !== old.allowedIPs.length) return false;
    if (!view.allowedIPs.every((prefix, position) => prefix === old.allowedIPs[position])) return false;
  }
  return true;
}
