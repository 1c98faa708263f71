import { isAbsolute } from 'node:path';
import { WireGuardError } from '../errors.js';

/** A network namespace to look into. */
export interface Namespace {
  /** As it was named. `undefined`: this process's own. */
  readonly name: string | undefined;
  /** The file that stands for it. `undefined`: this process's own. */
  readonly path: string | undefined;
}

export const OWN: Namespace = { name: undefined, path: undefined };

/** The namespaces of these names; without any the own one.
 *
 *  @throws {WireGuardError} `INVALID_OPTION` if a name can't be one */
export function namespacesOf(names: readonly string[] | undefined): readonly Namespace[] {
  return names === undefined || names.length === 0 ? [OWN] : names.map(namespaceOf);
}

/** Takes a name as `ip netns` has it, an absolute path, or `pid:N`. */
function namespaceOf(name: string): Namespace {
  const pid = /^pid:(\d{1,10})$/.exec(name)?.[1];
  // A name is one part of a path below /run/netns, and must not become an option of nsenter.
  const isName = /^[\w@+:][\w@+:.-]*$/.test(name);
  if (pid === undefined && !isName && !isAbsolute(name)) {
    throw new WireGuardError(
      'INVALID_OPTION',
      `netns: expected the name of a network namespace, an absolute path or pid:N, not '${name.slice(0, 80)}'`,
    );
  }
  const path = pid === undefined ? (isAbsolute(name) ? name : `/run/netns/${name}`) : `/proc/${pid}/ns/net`;
  return { name, path };
}
