import { basename } from 'node:path';

/** Programs that lead to another host, container or namespace. */
const LEADING_AWAY = new Set([
  'ssh',
  'docker',
  'podman',
  'nerdctl',
  'kubectl',
  'lxc',
  'machinectl',
  'nsenter',
  'ip',
  'chroot',
]);

/** Programs that run another one with more rights, or elsewhere. */
const LEADING_ON = new Set(['sudo', 'doas', 'ssh']);

/** Whether a command reads devices of this process's own network namespace, so that the kernel can be asked for more about
 *  them. */
export function isLocal(command: readonly string[]): boolean {
  return !command.some((word) => LEADING_AWAY.has(basename(word)));
}

/** What is read through a command if nobody says: what is granted by sudo, or goes over a network, should hold no keys. */
export function readingBy(command: readonly string[]): 'dump' | 'public' {
  return LEADING_ON.has(basename(command[0] ?? '')) ? 'public' : 'dump';
}

/** Whether a command asks AmneziaWG, whose answers without keys don't tell if messages are obfuscated. */
export function asksAmnezia(command: readonly string[]): boolean {
  return command.some((word) => /\bawg\b/.test(word));
}
