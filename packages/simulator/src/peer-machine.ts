import * as protocol from './protocol.js';
import { Sessions } from './sessions.js';
import type { DueTimer, TimerName } from './timers.js';
import { Timers } from './timers.js';

/** An inner packet of `size` bytes; 0 is a keepalive. */
export interface Packet {
  readonly size: number;
  /** The receiver answers with a packet of the same size, as to an ICMP echo request. */
  readonly echo: boolean;
  /** The receiver's allowed IPs hold the source address. */
  readonly allowedSource: boolean;
}

/** What goes over the wire between two peers. */
export type Message =
  | { readonly type: 'initiation'; readonly id: number }
  | { readonly type: 'response'; readonly id: number }
  | { readonly type: 'data'; readonly id: number; readonly packet: Packet };

/** What a peer needs of its surroundings. */
export interface PeerPort {
  now(): number;
  /** Returns the random addition to a timer, in ms. */
  jitter(): number;
  /** Returns an id no other handshake of the link has. */
  handshakeId(): number;
  /** Sends; returns false if there is no endpoint or no route to it. */
  transmit(message: Message): boolean;
  /** In ms; 0 is off. */
  readonly persistentKeepalive: number;
}

const KEEPALIVE: Packet = { size: 0, echo: false, allowedSource: true };

// Leaves room for one more handshake before the session must not be used any longer.
const LAST_MINUTE = protocol.REJECT_AFTER_TIME - protocol.KEEPALIVE_TIMEOUT - protocol.REKEY_TIMEOUT;

/**
 * The state of one peer on one device: section 6 of https://www.wireguard.com/papers/wireguard.pdf.
 * Keys are checked before a message gets here.
 */
export class PeerMachine {
  txBytes = 0;
  rxBytes = 0;
  /** In ms since the epoch; 0 before the first handshake. */
  lastHandshakeTime = 0;

  readonly #port: PeerPort;
  readonly #timers = new Timers();
  readonly #sessions = new Sessions();
  #staged: Packet[] = [];
  #retries = 0;
  #pendingInitiation: number | undefined;
  #lastSentHandshake = -Infinity;
  #sentLastMinuteHandshake = false;

  constructor(port: PeerPort) {
    this.#port = port;
  }

  /** The device came up. */
  open(): void {
    if (this.#port.persistentKeepalive > 0) this.#sendKeepalive();
  }

  /** The device went down: counters and handshake time stay, all else goes. */
  close(): void {
    this.#staged = [];
    this.#timers.cancelAll();
    this.forgetSessions();
  }

  /** The device has another private key: what was agreed on with the old one is void. */
  forgetSessions(): void {
    this.#sessions.clear();
    this.#pendingInitiation = undefined;
    this.#lastSentHandshake = -Infinity;
  }

  send(packet: Packet): void {
    if (this.#staged.length === protocol.MAX_STAGED_PACKETS) this.#staged.shift();
    this.#staged.push(packet);
    this.#sendStaged();
  }

  firstTimer(): DueTimer | undefined {
    return this.#timers.first();
  }

  expire(timer: TimerName): void {
    this.#timers.cancel(timer);
    if (timer === 'retransmit') this.#retry();
    else if (timer === 'newHandshake') this.#initiate();
    else this.#sendKeepalive();
  }

  /** Returns whether a message belongs to a handshake or session this peer has. */
  accepts({ type, id }: Message): boolean {
    if (type === 'initiation') return true;
    return type === 'response' ? id === this.#pendingInitiation : this.#sessions.accepts(id, this.#port.now());
  }

  /** Takes in a message that `accepts` let pass. */
  receive(message: Message): void {
    if (message.type === 'initiation') this.#receiveInitiation(message.id);
    else if (message.type === 'response') this.#receiveResponse(message.id);
    else this.#receiveData(message.id, message.packet);
  }

  #receiveInitiation(id: number): void {
    const now = this.#port.now();
    this.#pendingInitiation = undefined;
    this.#lastSentHandshake = now;
    this.#sessions.add({ id, createdAt: now, initiator: false });
    this.#transmit({ type: 'response', id }, protocol.RESPONSE_BYTES);
    this.#received(protocol.INITIATION_BYTES);
  }

  #receiveResponse(id: number): void {
    this.#pendingInitiation = undefined;
    this.#sessions.add({ id, createdAt: this.#port.now(), initiator: true });
    this.#completeHandshake();
    this.#received(protocol.RESPONSE_BYTES);
    // Confirms the session to the responder, with waiting data if there is any.
    this.#sendKeepalive();
  }

  #receiveData(id: number, packet: Packet): void {
    if (this.#sessions.confirm(id)) {
      this.#completeHandshake();
      this.#sendStaged();
    }
    this.#rekeyAtLastMinute();
    // A packet with an unallowed source is authentic: it counts for the timers, not for the bytes.
    this.#received(packet.allowedSource ? protocol.dataMessageBytes(packet.size) : 0);
    if (packet.size === 0) return;
    this.#timers.setOnce('passiveKeepalive', this.#port.now() + protocol.KEEPALIVE_TIMEOUT);
    if (packet.echo && packet.allowedSource) this.send({ ...packet, echo: false });
  }

  #sendKeepalive(): void {
    if (this.#staged.length === 0) this.#staged.push(KEEPALIVE);
    this.#sendStaged();
  }

  #sendStaged(): void {
    if (this.#staged.length === 0) return;
    const now = this.#port.now();
    const session = this.#sessions.current(now);
    if (session === undefined) {
      this.#initiate();
      return;
    }
    const packets = this.#staged;
    this.#staged = [];
    for (const packet of packets) {
      const sent = this.#transmit({ type: 'data', id: session.id, packet }, protocol.dataMessageBytes(packet.size));
      if (sent && packet.size > 0) {
        const patience = protocol.KEEPALIVE_TIMEOUT + protocol.REKEY_TIMEOUT;
        this.#timers.setOnce('newHandshake', now + patience + this.#port.jitter());
      }
    }
    if (session.initiator && now - session.createdAt >= protocol.REKEY_AFTER_TIME) this.#initiate();
  }

  #rekeyAtLastMinute(): void {
    const now = this.#port.now();
    const session = this.#sessions.current(now);
    if (this.#sentLastMinuteHandshake || !session?.initiator || now - session.createdAt < LAST_MINUTE) return;
    this.#sentLastMinuteHandshake = true;
    this.#initiate();
  }

  #initiate(): void {
    this.#retries = 0;
    this.#sendInitiation();
  }

  #retry(): void {
    if (this.#retries === protocol.MAX_ATTEMPTS - 1) {
      this.#timers.cancel('passiveKeepalive');
      this.#staged = [];
      return;
    }
    this.#retries++;
    this.#sendInitiation();
  }

  #sendInitiation(): void {
    const now = this.#port.now();
    if (now - this.#lastSentHandshake < protocol.REKEY_TIMEOUT) return;
    this.#lastSentHandshake = now;
    this.#pendingInitiation = this.#port.handshakeId();
    this.#transmit({ type: 'initiation', id: this.#pendingInitiation }, protocol.INITIATION_BYTES);
    this.#timers.set('retransmit', now + protocol.REKEY_TIMEOUT + this.#port.jitter());
  }

  #completeHandshake(): void {
    this.#timers.cancel('retransmit');
    this.#retries = 0;
    this.#sentLastMinuteHandshake = false;
    this.lastHandshakeTime = this.#port.now();
  }

  #transmit(message: Message, bytes: number): boolean {
    this.#timers.cancel('passiveKeepalive');
    this.#postponePersistentKeepalive();
    const sent = this.#port.transmit(message);
    if (sent) this.txBytes += bytes;
    return sent;
  }

  #received(bytes: number): void {
    this.rxBytes += bytes;
    this.#timers.cancel('newHandshake');
    this.#postponePersistentKeepalive();
  }

  #postponePersistentKeepalive(): void {
    const interval = this.#port.persistentKeepalive;
    if (interval > 0) this.#timers.set('persistentKeepalive', this.#port.now() + interval);
  }
}
