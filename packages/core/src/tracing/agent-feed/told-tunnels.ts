import { WireGuardError } from '../../errors.js';
import { keptTunnel } from '../../model/same-tunnel.js';
import type { TunnelView } from '../../model/tunnel.js';
import { LineSplitter } from './line-splitter.js';
import { parseMessage, type Header, type Message } from './messages.js';

/** The version of the format that is understood here. */
export const FORMAT_VERSION = 1;

const LONGEST_LINE = 1 << 20;
/** All lines together that describe what is there now: five times what 50 000 usual tunnels take. */
const MOST_BYTES = 64 << 20;
/** Lines between two pauses. */
const BATCH = 64;

interface Entry {
  readonly view: TunnelView;
  readonly id: string;
  readonly size: number;
}

/** All tunnels of an agent, put together from what one connection says. */
export class ToldTunnels {
  readonly #splitter = new LineSplitter(LONGEST_LINE);
  readonly #entries = new Map<number, Entry>();
  /** Tunnels of the connection before, until the first frame: what is the same keeps its identity. */
  readonly #before = new Map<string, TunnelView>();
  readonly #onFrame: (views: readonly TunnelView[]) => void;
  #views: readonly TunnelView[];
  #header: Header | undefined;
  #sequence: number | undefined;
  #bytes = 0;
  #changed = true;

  /** @param views what the connection before has left
   *  @param onFrame called with each frame: all there are now, the same array if nothing changed */
  constructor(views: readonly TunnelView[], onFrame: (views: readonly TunnelView[]) => void) {
    this.#views = views;
    this.#onFrame = onFrame;
  }

  /** `undefined`: it has not come yet. */
  get header(): Header | undefined {
    return this.#header;
  }

  /** Takes bytes as they come.
   *
   *  @throws {WireGuardError} `PROTOCOL`, and the table is of no use any more */
  *take(chunk: Buffer): Generator<void, void> {
    let lines = 0;
    for (const line of this.#splitter.split(chunk)) {
      const message = parseMessage(line);
      if (message?.type === 'header') yield* this.#begin(message);
      else if (message !== undefined) this.#apply(message, line.length);
      if (++lines % BATCH === 0) yield;
    }
  }

  *#begin(header: Header): Generator<void, void> {
    if (header.version !== FORMAT_VERSION) {
      const needed = 'update the older one of agent and library';
      throw new WireGuardError(
        'PROTOCOL',
        `the agent speaks version ${header.version} of the format, and this library ${FORMAT_VERSION}: ${needed}`,
      );
    }
    if (this.#header !== undefined) throw new WireGuardError('PROTOCOL', 'a second header came');
    this.#header = header;
    for (const [index, view] of this.#views.entries()) {
      this.#before.set(identityOf(view), view);
      if (index % BATCH === 0) yield;
    }
  }

  #apply(message: Exclude<Message, Header>, size: number): void {
    if (this.#header === undefined) throw new WireGuardError('PROTOCOL', 'the first line is no header');
    if (message.type === 'tunnel') this.#set(message.key, message.tunnel, size);
    else if (message.type === 'removed') this.#remove(message.key);
    else this.#endFrame(message.sequence, this.#header);
  }

  #set(key: number, given: TunnelView, size: number): void {
    const entry = this.#entries.get(key);
    const id = entry?.id ?? identityOf(given);
    const before = entry?.view ?? this.#before.get(id);
    const view = keptTunnel(before, given);
    this.#bytes += size - (entry?.size ?? 0);
    if (this.#bytes > MOST_BYTES)
      throw new WireGuardError('PROTOCOL', `the tunnels take more than ${MOST_BYTES} bytes`);
    this.#changed ||= view !== entry?.view;
    this.#entries.set(key, { view, id, size });
  }

  #remove(key: number): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.size;
    this.#changed = true;
  }

  #endFrame(sequence: number, header: Header): void {
    const due = this.#sequence === undefined ? header.sequence : this.#sequence + 1;
    if (sequence !== due) throw new WireGuardError('PROTOCOL', `frame ${sequence} came where ${due} was due`);
    this.#sequence = sequence;
    this.#before.clear();
    if (this.#changed) {
      const views = Array.from(this.#entries.values(), ({ view }) => view);
      const same = views.length === this.#views.length && views.every((view, index) => view === this.#views[index]);
      if (!same) this.#views = views;
      this.#changed = false;
    }
    this.#onFrame(this.#views);
  }
}

function identityOf({ netns, interface: name, peerId }: TunnelView): string {
  return `${netns ?? ''} ${name} ${peerId}`;
}
