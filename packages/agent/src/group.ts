import { readFileSync } from 'node:fs';

/** The number of a group of this host. `undefined`: there is none of this name in /etc/group. */
export function groupId(name: string): number | undefined {
  if (/^\d+$/.test(name)) return Number(name);
  let groups: string;
  try {
    groups = readFileSync('/etc/group', 'utf8');
  } catch {
    return undefined;
  }
  const line = groups.split('\n').find((each) => each.startsWith(`${name}:`));
  const id = line?.split(':')[2];
  return id === undefined || !/^\d+$/.test(id) ? undefined : Number(id);
}
