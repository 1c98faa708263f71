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

/** Returns why a tunnel can't be opened here, and how to install what is missing; undefined when it can. */
export function tunnelSupport(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root';
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
  } catch {
    return 'needs /dev/net/tun (modprobe tun; in a container: --device /dev/net/tun)';
  }
  const missing = Object.entries(packages).filter(([program]) => !isInstalled(program));
  if (missing.length > 0) {
    const [programs, names] = [missing.map(([program]) => program), missing.map(([, name]) => name)];
    return `${programs.join(', ')} missing: apt-get install --no-install-recommends ${names.join(' ')}`;
  }
  if (execaSync('unshare', ['--net', 'true'], { reject: false }).failed) {
    return 'may not create network namespaces (needs CAP_SYS_ADMIN)';
  }
  return undefined;
}
