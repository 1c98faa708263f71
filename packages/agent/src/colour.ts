/** A stream that may be a terminal. */
export interface MaybeTerminal {
  /** Tells whether the stream shows colours (`tty.WriteStream`). Absent: it does not. */
  hasColors?(env?: object): boolean;
}

/** Tells whether what goes to a stream may be coloured: it is a terminal, and `NO_COLOR` is not set, or is empty, where
 *  Node sees no difference.
 *  Source: https://no-color.org */
export function mayBeColoured(stream: MaybeTerminal, env: NodeJS.ProcessEnv = process.env): boolean {
  return stream.hasColors?.({ ...env, NO_COLOR: env['NO_COLOR'] || undefined }) ?? false;
}
