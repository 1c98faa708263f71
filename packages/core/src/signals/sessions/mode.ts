import type { Frame } from '../../state/frame.js';

/** Which sessions become spans:
 *  - `all`
 *  - `changes`: those in which something other than a renewal happened
 *  - `auto`: all up to 500 peers, `changes` above
 *  - `off`: none, and no other span either */
export type SessionMode = (typeof SESSION_MODES)[number];

export const SESSION_MODES = ['auto', 'all', 'changes', 'off'] as const;

/** With more peers than this, `auto` is `changes`. */
const MOST_PEERS = 500;
/** With this many or fewer it is `all` again: lower, so that a peer that comes and goes does not switch it each time. */
const FEW_PEERS = 450;

/** Says what a mode is for a frame. */
export class ModeSwitch {
  readonly #mode: SessionMode;
  #all = true;

  constructor(mode: SessionMode) {
    this.#mode = mode;
  }

  look({ devices }: Frame): 'all' | 'changes' | 'off' {
    if (this.#mode !== 'auto') return this.#mode;
    const peers = devices.reduce((sum, device) => sum + device.peers.length, 0);
    this.#all = peers <= (this.#all ? MOST_PEERS : FEW_PEERS);
    return this.#all ? 'all' : 'changes';
  }
}
