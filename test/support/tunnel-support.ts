import { accessSync, constants } from 'node:fs';
import { execaSync } from 'execa';
import { isInstalled } from './process.js';

/** The Debian package of each program a tunnel needs. */
const packages = {
  ip: 'iproute2',
  ping: 'iputils-ping',
  wg: 'wireguard-tools',
  'wireguard-go': 'wireguard-go',
} as const;

/** Lists all that keeps a tunnel from being opened here, and how to install what is missing. */
export function tunnelObstacles(): string[] {
  const isRoot = process.getuid?.() === 0;
  return [
    ...(isRoot ? [] : ['needs root']),
    ...(hasTun(isRoot) ? [] : ['needs /dev/net/tun (modprobe tun; in a container: --device /dev/net/tun)']),
    ...missingPrograms(),
    // Only root may try.
    ...(isRoot && execaSync('unshare', ['--net', 'true'], { reject: false }).failed
      ? ['may not create network namespaces (needs CAP_SYS_ADMIN)']
      : []),
  ];
}

/** For others than root it only has to be there. */
function hasTun(isRoot: boolean): boolean {
  try {
    accessSync('/dev/net/tun', isRoot ? constants.R_OK | constants.W_OK : constants.F_OK);
    return true;
  } catch {
    return false;
  }
}

function missingPrograms(): string[] {
  const missing = Object.entries(packages).filter(([program]) => !isInstalled(program));
  if (missing.length === 0) return [];
  const [programs, names] = [missing.map(([program]) => program), missing.map(([, name]) => name)];
  return [`${programs.join(', ')} missing: apt-get install --no-install-recommends ${names.join(' ')}`];
}
