import type { DeviceView, PeerView, Series } from '@wgotel/core';
import { isGone } from '../../gone.js';
import type { Page } from '../page.js';
import { visible, type Profile, type Shown } from './profile.js';

/** Peers between two pauses. */
const BATCH = 128;

/** Writes what there is of devices and peers. */
export interface Visitor {
  /** Absent: nothing is said of devices. */
  device?(view: DeviceView): void;
  /** Absent: nothing is said of peers. */
  peer?(view: PeerView, device: DeviceView): void;
}

/** A profile that shows devices which are there, and their peers but for those beyond the peer limit.
 *
 *  @param begin makes the visitor of one receiver. Metrics are on the page in the order in which it asks for them */
export function visited(begin: (page: Page, shown: Shown) => Visitor): Profile {
  return {
    *write(shown, page) {
      const visitor = begin(page, shown);
      for (const device of visible(shown.frame, shown.now)) {
        if (isGone(device)) continue;
        visitor.device?.(device);
        for (let start = 0; start < device.peers.length; start += BATCH) {
          for (const view of device.peers.slice(start, start + BATCH))
            if (view.individual) visitor.peer?.(view, device);
          yield;
        }
      }
    },
  };
}

/** What is written of series, anew only when what it is made of is another. */
export class Texts<T = string> {
  readonly #known = new WeakMap<Series, { readonly of: readonly unknown[]; readonly text: T }>();

  /** @param of all that it depends on beside the series itself, compared by identity */
  get(series: Series, of: readonly unknown[], write: () => T): T {
    const known = this.#known.get(series);
    if (known !== undefined && known.of.every((each, index) => each === of[index])) return known.text;
    const text = write();
    this.#known.set(series, { of, text });
    return text;
  }
}

/** The label that tells devices of one name in several network namespaces apart, which none of the originals has. */
export function netnsLabel({ netns }: Series): [name: string, value: string][] {
  return netns === undefined ? [] : [['netns', netns]];
}

/** Seconds since the epoch, as `wg` shows them; 0 for never, as most of the originals have it. */
export function handshakeSeconds({ peer }: PeerView): number {
  return Math.floor((peer.lastHandshakeTime ?? 0) / 1000);
}
