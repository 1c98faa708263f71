import type { Identity } from '../model/identity.js';
import { tunnelId } from '../model/key.js';
import { Listeners } from '../model/listeners.js';
import { keptTunnel } from '../model/same-tunnel.js';
import { runInSlices } from '../model/slices.js';
import type { SpanIds, TunnelFeed, TunnelView } from '../model/tunnel.js';
import type { DeviceView, Frame, PeerView } from '../state/frame.js';
import { Series } from '../state/series.js';

/** The session of a peer that is going on. `undefined`: there is none, or it may never be exported. */
type SessionOf = (peer: Series) => SpanIds | undefined;

/** Peers between two pauses. */
const BATCH = 512;

const NOTHING: readonly TunnelView[] = [];

/** What is known of a peer's tunnel; it lives as long as the peer's series. */
interface Known {
  devicePublicKey?: string | undefined;
  tunnelId?: string | undefined;
  view?: TunnelView;
}

const known = Series.renderer((): Known => ({}));

/** Tells of the tunnels a receiver sees. Nothing is made of its frames until somebody asks or listens; with the first
 *  question the last frame is looked through in the background, and the listeners are told. */
export class ReceiverTunnels implements TunnelFeed {
  readonly #identity: Identity;
  readonly #sessionOf: SessionOf;
  readonly #listeners = new Listeners();
  #wanted = false;
  #frame: Frame | undefined;
  #current = NOTHING;
  #work: Promise<void> = Promise.resolve();
  #expiry: NodeJS.Timeout | undefined;

  constructor(identity: Identity, sessionOf: SessionOf) {
    this.#identity = identity;
    this.#sessionOf = sessionOf;
  }

  current(): readonly TunnelView[] {
    this.#want();
    return this.#current;
  }

  /** The same, once the last frame has been looked through. */
  async latest(): Promise<readonly TunnelView[]> {
    this.#want();
    await this.#work;
    return this.#current;
  }

  onChange(listener: () => void): () => void {
    this.#want();
    return this.#listeners.add(listener);
  }

  /** Takes the next frame. Resolves once the views are those of the frame. */
  update(frame: Frame): Promise<void> {
    this.#frame = frame;
    if (this.#wanted) this.#work = this.#work.then(() => this.#look(frame));
    return this.#work;
  }

  /** Forgets all: nobody looks any more. */
  clear(): void {
    clearTimeout(this.#expiry);
    this.#frame = undefined;
    this.#show(NOTHING);
  }

  #want(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    if (this.#frame !== undefined) void this.update(this.#frame);
  }

  async #look(frame: Frame): Promise<void> {
    const views = await runInSlices(this.#viewsOf(frame));
    if (this.#frame !== frame) return;
    // Blind is not alive, also if no frame comes any more.
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(() => this.#show(NOTHING), frame.maxAge).unref();
    this.#show(views);
  }

  #show(views: readonly TunnelView[]): void {
    if (views === this.#current) return;
    this.#current = views;
    this.#listeners.tell();
  }

  *#viewsOf({ devices, monotonicTime, maxAge }: Frame): Generator<void, readonly TunnelView[]> {
    const before = this.#current;
    const views: TunnelView[] = [];
    let same = true;
    for (const device of devices) {
      if (monotonicTime - device.readMonotonicTime > maxAge) continue;
      for (const peer of device.peers) {
        const view = viewOf(device, peer, this.#sessionOf(peer.series), this.#identity);
        same &&= view === before[views.length];
        views.push(view);
        if (views.length % BATCH === 0) yield;
      }
    }
    return same && views.length === before.length ? before : views;
  }
}

function viewOf(
  { device }: DeviceView,
  { series, peer, state }: PeerView,
  session: SpanIds | undefined,
  identity: Identity,
): TunnelView {
  const about = known(series);
  if (about.view === undefined || about.devicePublicKey !== device.publicKey) {
    about.devicePublicKey = device.publicKey;
    about.tunnelId = tunnelId(device.publicKey, peer.publicKey, identity);
  }
  about.view = keptTunnel(about.view, {
    interface: series.device,
    netns: series.netns,
    peerId: series.peerId!,
    name: series.peerName,
    tunnelId: about.tunnelId,
    allowedIPs: peer.allowedIPs,
    state,
    handshakeTime: peer.lastHandshakeTime,
    rtt: undefined,
    session,
  });
  return about.view;
}
