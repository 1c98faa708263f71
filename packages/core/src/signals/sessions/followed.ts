import type { DeviceView, PeerView } from '../../state/frame.js';
import type { Series } from '../../state/series.js';
import { inBatches } from './batches.js';
import { isOf, type Session } from './session.js';

/** Sessions that are going on and of which there is something to tell, one a peer at most. */
export class FollowedSessions {
  readonly #devices = new Map<string, Map<object, Session>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(series: Series): Session | undefined {
    return this.#devices.get(deviceKey(series))?.get(series.identity);
  }

  add(session: Session): void {
    const { series } = session.first;
    const key = deviceKey(series);
    const ofDevice = this.#devices.get(key) ?? new Map<object, Session>();
    this.#devices.set(key, ofDevice.set(series.identity, session));
    this.#size++;
  }

  /** Follows a session no longer. One that another took the place of is not followed any more. */
  delete(session: Session): void {
    const { series } = session.first;
    const key = deviceKey(series);
    const ofDevice = this.#devices.get(key);
    if (ofDevice?.get(series.identity) !== session) return;
    ofDevice.delete(series.identity);
    this.#size--;
    if (ofDevice.size === 0) this.#devices.delete(key);
  }

  /** All, as a copy. */
  all(): Session[] {
    return [...this.#devices.values()].flatMap((ofDevice) => [...ofDevice.values()]);
  }

  /** All of a device, as a copy. */
  of(series: Series): Session[] {
    return [...(this.#devices.get(deviceKey(series))?.values() ?? [])];
  }

  /** Takes in what was read of the peers. Walks all peers of a device only if they were not listed as before. */
  *update({ series, peers }: DeviceView): Generator<void, void> {
    const ofDevice = this.#devices.get(deviceKey(series));
    if (ofDevice === undefined) return;
    let moved = false;
    yield* inBatches([...ofDevice.values()], (session) => {
      const view = peers[session.index];
      if (view?.series.identity === session.first.series.identity) take(session, view);
      else moved = true;
    });
    if (!moved) return;
    yield* inBatches(peers, (view, index) => {
      const session = ofDevice.get(view.series.identity);
      if (session === undefined) return;
      session.index = index;
      take(session, view);
    });
  }
}

function take(session: Session, view: PeerView): void {
  if (isOf(session, view)) session.last = view;
}

export function deviceKey({ device, netns }: Series): string {
  return netns === undefined ? device : `${netns}\0${device}`;
}
