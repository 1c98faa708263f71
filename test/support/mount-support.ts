import { execaSync } from 'execa';

/** Lists all that keeps processes from being given mounts of their own here. */
export function mountObstacles(): string[] {
  if (process.getuid?.() !== 0) return ['needs root'];
  const isAllowed = !execaSync('unshare', ['--mount', 'true'], { reject: false }).failed;
  return isAllowed ? [] : ['may not create mount namespaces (needs CAP_SYS_ADMIN, and unshare of util-linux)'];
}
