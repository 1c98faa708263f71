/** An allowed IP that every peer has: what a search must find where it looks. */
export const PUBLIC_MARK = 'fd12:3456:789a::/48';

/** What is in the folder. */
export const FILES = {
  /** What the kernel answers when it is asked for a device: a folder each, with a file for each datagram. */
  kernel: 'kernel',
  /** Everything the sources returned, as JSON. */
  outputs: 'outputs.json',
  /** Live objects and the whole text of live strings. */
  heap: 'live.heapsnapshot',
  /** The contents of live ArrayBuffers, one after the other. */
  buffers: 'buffers.bin',
} as const;

/** What the reading process keeps on purpose. */
export type Plant = 'nothing' | 'buffer' | 'slice';
