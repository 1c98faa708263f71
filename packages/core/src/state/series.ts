/** Who points are about: a device, or a peer of a device. One object for as long as the device or peer is there, so that
 *  each sink can hang its own rendering of it (encoded attributes, label text) on it and do that work once. */
export class Series {
  readonly device: string;
  /** The device's network namespace. `undefined`: this process's own. */
  readonly netns: string | undefined;
  /** {@link peerId} of the peer. `undefined`: the series are the device's. */
  readonly peerId: string | undefined;
  /** The same object for what is the same peer under another name. */
  readonly identity: object;
  /** Already cleaned of what must not be shown. `undefined`: nobody named the peer. */
  readonly peerName: string | undefined;
  /** Base64. `undefined`: it is not to be shown. */
  readonly publicKey: string | undefined;
  /** Made with the first, in just the size needed: there may be many thousands of series. */
  #renderings: unknown[] | undefined;

  constructor(
    device: string,
    peerId?: string,
    peerName?: string,
    netns?: string,
    publicKey?: string,
    renamed?: Series,
  ) {
    this.device = device;
    this.netns = netns;
    this.identity = renamed?.identity ?? this;
    this.peerId = peerId;
    this.peerName = peerName;
    this.publicKey = publicKey;
  }

  static #renderers = 0;

  /** Makes a function that renders a series once and remembers the result as long as the series lives. */
  static renderer<T>(render: (series: Series) => T): (series: Series) => T {
    const slot = Series.#renderers++;
    return (series) => {
      series.#renderings ??= Array.from({ length: Series.#renderers });
      return (series.#renderings[slot] ??= render(series)) as T;
    };
  }
}
