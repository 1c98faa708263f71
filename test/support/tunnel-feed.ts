import type { TunnelFeed, TunnelView } from '@wgotel/core';

/** A tunnel as a feed tells of it. */
export function tunnelView(fields: Partial<TunnelView> = {}): TunnelView {
  return {
    interface: 'wg0',
    netns: undefined,
    peerId: '0123456789abcdef',
    name: undefined,
    tunnelId: 'fedcba9876543210',
    allowedIPs: ['10.0.0.0/8'],
    state: 'active',
    handshakeTime: undefined,
    rtt: undefined,
    session: undefined,
    ...fields,
  };
}

/** A feed that says what it is told to. */
export class FixedFeed implements TunnelFeed {
  #views: readonly TunnelView[];
  readonly #listeners = new Set<() => void>();

  constructor(views: readonly TunnelView[] = []) {
    this.#views = views;
  }

  /** How many follow it. */
  get listeners(): number {
    return this.#listeners.size;
  }

  current(): readonly TunnelView[] {
    return this.#views;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  change(views: readonly TunnelView[]): void {
    this.#views = views;
    for (const listener of this.#listeners) listener();
  }
}
