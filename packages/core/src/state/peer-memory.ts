import type { Peer } from '../model/device.js';
import { Connection, disconnectedAt } from './connection.js';
import { EndpointFlap } from './endpoint-flap.js';
import type { EndpointChange, PeerView } from './frame.js';
import type { SavedPeer } from './saved/format.js';
import type { Step } from './step.js';

type Saved = Pick<SavedPeer, 'met' | 'flap' | 'connection'>;
export type Leaving = Pick<Step, 'time' | 'devicePublicKey' | 'connections'>;

const NO_BYTES = { receiveBytes: 0, transmitBytes: 0 };

/** What is remembered of few peers. */
export class PeerMemory {
  /** Whether it had a handshake that was forgotten. */
  met = false;
  /** `undefined`: its endpoint did not change lately. */
  #flap: EndpointFlap | undefined;
  /** `undefined`: it is not active, or nobody asked. */
  #connection: Connection | undefined;

  /** `undefined`: there is nothing to remember. */
  static restore({ met, flap, connection }: Saved): PeerMemory | undefined {
    if (!met && flap === undefined && connection === undefined) return undefined;
    const memory = new PeerMemory();
    memory.met = met;
    memory.#flap = flap && new EndpointFlap(flap);
    memory.#connection = connection && Connection.restore(connection);
    return memory;
  }

  save(): Saved {
    return { met: this.met, flap: this.#flap?.save(), connection: this.#connection?.save() };
  }

  /** The endpoint is another.
   *
   *  @param from the last one known */
  roam(kind: EndpointChange, from: string, view: PeerView, step: Step): void {
    this.#flap ??= new EndpointFlap();
    this.#tell(this.#flap.change(kind, from, view.peer.endpoint!, step), view, step);
  }

  /** Forgets of the endpoint what is too long ago. */
  settle(view: PeerView, step: Step): void {
    if (this.#flap === undefined) return;
    this.#tell(this.#flap.end(step.monotonicTime), view, step);
    if (this.#flap.isOver) this.#flap = undefined;
  }

  /** The peer is there, and active. */
  appear(view: PeerView, step: Step): void {
    this.#connect(view, step.previous === undefined ? view.peer : NO_BYTES, step);
  }

  /** The peer may have become active, or ceased to be.
   *
   *  @param reset whether its counters began anew in between */
  reconnect({ peer: before, state }: PeerView, view: PeerView, reset: boolean, step: Step): void {
    // Whatever came after a reset is no part of what ended with it.
    if (state === 'active' && view.state !== 'active') this.disconnect(view, reset ? before : view.peer, step);
    else if (view.state === 'active' && state !== 'active') this.#connect(view, reset ? NO_BYTES : before, step);
    else if (reset) this.#connection?.reset(before);
  }

  disconnect(view: PeerView, last: Peer, { time: now, devicePublicKey, connections }: Leaving): void {
    if (this.#connection === undefined) return;
    const facts = this.#connection.end(last);
    this.#connection = undefined;
    const time = disconnectedAt(last, now);
    connections?.push({ type: 'peer.disconnected', time, peer: view, devicePublicKey, ...facts });
  }

  /** @param before what the counters stood at before */
  #connect(view: PeerView, before: Pick<Peer, 'receiveBytes' | 'transmitBytes'>, step: Step): void {
    const { devicePublicKey, previous, connections } = step;
    const time = view.peer.lastHandshakeTime ?? step.time;
    this.#connection = new Connection(previous === undefined ? undefined : time, before);
    connections?.push({ type: 'peer.connected', time, peer: view, devicePublicKey });
  }

  #tell(facts: ReturnType<EndpointFlap['end']>, view: PeerView, { time, devicePublicKey, changes }: Step): void {
    if (facts === undefined) return;
    changes?.push({ type: 'peer.endpoint.flapping', time, peer: view, devicePublicKey, ...facts });
  }
}
