import { spawnSync } from 'node:child_process';

/** Lists what keeps packages from being installed here. */
export function registryObstacles(): string[] {
  const args = ['view', '@opentelemetry/sdk-metrics@3.1.1', 'version', '--prefer-offline'];
  const { status } = spawnSync('npm', args, { stdio: 'ignore', timeout: 15_000 });
  return status === 0 ? [] : ['no npm registry in reach'];
}
