import { parseEndpoint } from '../model/endpoint.js';
import type { PeerEndpointFlapping } from './change.js';
import type { EndpointChange } from './frame.js';
import type { SavedFlap } from './saved/format.js';

/** An endpoint that changes this often within {@link WINDOW} flaps. */
const ENOUGH = 4;
/** In milliseconds. Without a change for as long, flapping is over. */
const WINDOW = 300_000;
/** Former endpoints, and distinct addresses, that are remembered at most. */
const MOST_REMEMBERED = 32;

/** A former endpoint. Times are in milliseconds, on the monotonic clock. */
interface Former {
  readonly endpoint: string;
  readonly left: number;
}

/** A change that counts. */
interface Counted {
  /** On the monotonic clock, and since the epoch. */
  readonly at: number;
  readonly time: number;
  /** Whether it led back to where the endpoint had been before. */
  readonly back: boolean;
  /** Addresses. */
  readonly from: string;
  readonly to: string;
}

/** Flapping that goes on. */
interface Flapping {
  readonly since: number;
  changes: number;
  back: number;
  readonly addresses: string[];
}

type Facts = Pick<PeerEndpointFlapping, 'phase' | 'since' | 'changes' | 'addresses' | 'alternating'>;

/** Finds out whether the endpoint of one peer goes to and fro. New ports alone are what NAT gives, and count only if they lead
 *  back to a former endpoint: then two machines with one key sit behind one NAT. */
export class EndpointFlap {
  #former: Former[] = [];
  /** The last ones, as many as make flapping. */
  #counted: Counted[] = [];
  #flapping: Flapping | undefined;

  /** @param saved must belong to nobody else */
  constructor(saved?: SavedFlap) {
    if (saved === undefined) return;
    this.#former = [...saved.former];
    this.#counted = [...saved.counted];
    this.#flapping = saved.flapping && { ...saved.flapping, addresses: [...saved.flapping.addresses] };
  }

  /** Takes a change of the endpoint in. Returns that flapping began, if it did. */
  change(
    kind: EndpointChange,
    from: string,
    to: string,
    now: { readonly time: number; readonly monotonicTime: number },
  ): Facts | undefined {
    this.#forget(now.monotonicTime);
    this.#former.push({ endpoint: from, left: now.monotonicTime });
    if (this.#former.length > MOST_REMEMBERED) this.#former.shift();
    const [old, next] = [parseEndpoint(from).address, parseEndpoint(to).address];
    const back = this.#former.some(({ endpoint }) =>
      kind === 'port' ? endpoint === to : parseEndpoint(endpoint).address === next,
    );
    if (kind === 'port' && !back) return undefined;
    this.#counted.push({ at: now.monotonicTime, time: now.time, back, from: old, to: next });
    if (this.#counted.length > ENOUGH) this.#counted.shift();
    if (this.#flapping !== undefined) {
      add(this.#flapping, this.#counted.at(-1)!);
      return undefined;
    }
    if (this.#counted.length < ENOUGH) return undefined;
    this.#flapping = { since: this.#counted[0]!.time, changes: 0, back: 0, addresses: [] };
    for (const each of this.#counted) add(this.#flapping, each);
    return facts('start', this.#flapping);
  }

  /** Returns that flapping is over, if it now is.
   *
   *  @param now on the monotonic clock */
  end(now: number): Facts | undefined {
    this.#forget(now);
    if (this.#flapping === undefined || this.#counted.length > 0) return undefined;
    const flapping = this.#flapping;
    this.#flapping = undefined;
    return facts('end', flapping);
  }

  /** Whether there is nothing left to remember. */
  get isOver(): boolean {
    return this.#flapping === undefined && this.#former.length === 0;
  }

  save(): SavedFlap {
    return { former: this.#former, counted: this.#counted, flapping: this.#flapping };
  }

  #forget(now: number): void {
    while (this.#former.length > 0 && now - this.#former[0]!.left >= WINDOW) this.#former.shift();
    while (this.#counted.length > 0 && now - this.#counted[0]!.at >= WINDOW) this.#counted.shift();
  }
}

function add(flapping: Flapping, { back, from, to }: Counted): void {
  flapping.changes++;
  flapping.back += Number(back);
  for (const address of [from, to]) {
    if (!flapping.addresses.includes(address) && flapping.addresses.length < MOST_REMEMBERED) {
      flapping.addresses.push(address);
    }
  }
}

function facts(phase: Facts['phase'], { since, changes, back, addresses }: Flapping): Facts {
  return { phase, since, changes, addresses: addresses.length, alternating: back > changes / 2 };
}
