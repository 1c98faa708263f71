import type { Message, Packet } from './peer-machine.js';
import { PeerMachine } from './peer-machine.js';
import { REKEY_JITTER } from './protocol.js';
import type { Random } from './random.js';
import type { PeerEntry, PeerState } from './render.js';
import { peerHead, peerTail } from './render.js';
import type { DueTimer, TimerName } from './timers.js';

/** What an end needs of the device it is a peer on. */
export interface LinkHost {
  readonly publicKey: Buffer;
  readonly isUp: boolean;
  render(): Buffer;
}

/** A message under way, with what the receiver can check of it. */
export interface Envelope {
  readonly message: Message;
  readonly source: string;
  readonly from: Buffer;
  readonly to: Buffer;
  readonly presharedKey: Buffer | undefined;
}

/** What an end needs of its link. */
export interface Wire {
  readonly random: Random;
  now(): number;
  handshakeId(): number;
  /** Brings both ends up to now. */
  catchUp(): void;
  /** Catches up, makes the change, and lets what it sent at once arrive. */
  act(change: () => void): void;
  post(from: LinkEnd, envelope: Envelope): void;
}

/** How one end is set up; `remoteKey` is the public key it knows the other by. */
export interface LinkEndSetup {
  readonly host: LinkHost;
  /** `IP:port` its messages come from. */
  readonly source: string;
  readonly remoteKey: Buffer;
  readonly presharedKey: Buffer | undefined;
  /** Where the other end is, if configured; else learned from what arrives. */
  readonly endpoint: string | undefined;
  /** In seconds; 0 is off. */
  readonly persistentKeepalive: number;
  readonly allowedIPs: readonly string[];
}

/** What is special about a packet to send. */
export interface SendOptions {
  /** The other end answers with as many bytes, as to a ping. Default false. */
  readonly echo?: boolean;
  /** False: its source address is not among the other end's allowed IPs. Default true. */
  readonly allowedSource?: boolean;
}

/** One end of a link: the entry for the other end on this end's device. Every change takes effect at the simulator's now. */
export class LinkEnd {
  readonly #tail: Buffer;
  readonly #wire: Wire;
  readonly #setup: LinkEndSetup;
  #machine: PeerMachine | undefined;
  #head: Buffer;
  #presharedKey: Buffer | undefined;
  #endpoint: string | undefined;
  #source: string;
  #routed = true;

  constructor(wire: Wire, setup: LinkEndSetup) {
    this.#wire = wire;
    this.#setup = setup;
    this.#presharedKey = setup.presharedKey;
    this.#endpoint = setup.endpoint;
    this.#source = setup.source;
    this.#head = peerHead(setup.remoteKey, setup.presharedKey);
    this.#tail = peerTail(setup.persistentKeepalive, setup.allowedIPs);
    this.#machine = this.#newMachine();
  }

  /** Undefined if none is set. */
  get presharedKey(): Buffer | undefined {
    return this.#presharedKey;
  }

  /** Returns this end's whole device as its socket would answer `get=1`. */
  render(): Buffer {
    return this.#setup.host.render();
  }

  /** Returns what a reply says of the other end, as of now; undefined after `removePeer`. For the device. */
  entry(): PeerEntry | undefined {
    const machine = this.#machine;
    if (machine === undefined) return undefined;
    const state: PeerState = {
      endpoint: this.#endpoint,
      handshakeTime: machine.lastHandshakeTime,
      txBytes: machine.txBytes,
      rxBytes: machine.rxBytes,
    };
    return { head: this.#head, tail: this.#tail, state: () => state };
  }

  /** Sends an inner packet of `size` bytes; dropped if the device is down, or the other end unknown or without endpoint. */
  send(size: number, { echo = false, allowedSource = true }: SendOptions = {}): void {
    this.#wire.act(() => this.sendNow({ size, echo, allowedSource }));
  }

  /** Sends an ICMP echo request as `ping` makes it: 84 bytes, answered in kind. */
  ping(options: Omit<SendOptions, 'echo'> = {}): void {
    this.send(84, { ...options, echo: true });
  }

  /** Sets this end's preshared key; undefined for none. */
  setPresharedKey(key: Buffer | undefined): void {
    this.#wire.act(() => {
      this.#presharedKey = key;
      this.#head = peerHead(this.#setup.remoteKey, key);
    });
  }

  /** False: this end has no route to the other's endpoint. */
  setRouted(routed: boolean): void {
    this.#wire.act(() => {
      this.#routed = routed;
    });
  }

  /** Moves this end to another `IP:port`; the other learns of it with the next message. */
  setSource(source: string): void {
    this.#wire.act(() => {
      this.#source = source;
    });
  }

  /** Removes the other end from this end's device. */
  removePeer(): void {
    this.#wire.act(() => {
      this.#machine = undefined;
    });
  }

  /** Adds the other end to this end's device as configured at first, with counters at 0. */
  addPeer(): void {
    this.#wire.act(() => {
      this.#endpoint = this.#setup.endpoint;
      this.#machine = this.#newMachine();
      if (this.#setup.host.isUp) this.#machine.open();
    });
  }

  /** Lets the machine know what happened to its device. For the device. */
  onDevice(event: 'open' | 'close' | 'forgetSessions'): void {
    this.#wire.act(() => this.#machine?.[event]());
  }

  /** Starts anew with the device: counters at 0, if the other end was not removed. For the device. */
  restart(): void {
    if (this.#machine !== undefined) this.addPeer();
  }

  /** Brings both ends up to now. For the device. */
  catchUp(): void {
    this.#wire.catchUp();
  }

  /** For the link. */
  deliver({ message, source, from, to, presharedKey }: Envelope): void {
    const machine = this.#machine;
    if (machine === undefined || !this.#setup.host.isUp || !machine.accepts(message)) return;
    const isKnown = from.equals(this.#setup.remoteKey) && to.equals(this.#setup.host.publicKey);
    if (message.type !== 'data' && !isKnown) return;
    if (message.type === 'response' && !sameKey(presharedKey, this.#presharedKey)) return;
    this.#endpoint = source;
    machine.receive(message);
  }

  /** For the link. */
  sendNow(packet: Packet): void {
    if (this.#setup.host.isUp && this.#endpoint !== undefined) this.#machine?.send(packet);
  }

  /** For the link. */
  firstTimer(): DueTimer | undefined {
    return this.#machine?.firstTimer();
  }

  /** For the link. */
  expire(timer: TimerName): void {
    this.#machine?.expire(timer);
  }

  #newMachine(): PeerMachine {
    return new PeerMachine({
      now: () => this.#wire.now(),
      jitter: () => this.#wire.random.between(0, REKEY_JITTER),
      handshakeId: () => this.#wire.handshakeId(),
      transmit: (message) => this.#transmit(message),
      persistentKeepalive: this.#setup.persistentKeepalive * 1000,
    });
  }

  #transmit(message: Message): boolean {
    if (!this.#routed || this.#endpoint === undefined) return false;
    this.#wire.post(this, {
      message,
      source: this.#source,
      from: this.#setup.host.publicKey,
      to: this.#setup.remoteKey,
      presharedKey: this.#presharedKey,
    });
    return true;
  }
}

const sameKey = (one: Buffer | undefined, other: Buffer | undefined): boolean =>
  one === undefined || other === undefined ? one === other : one.equals(other);
