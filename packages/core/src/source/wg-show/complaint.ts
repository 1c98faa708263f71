import { WireGuardError } from '../../errors.js';

/** Turns a line `wg` wrote on standard error into an error with a code and a remedy, for example
 *  `Unable to access interface wg0: Operation not permitted`. `wg` runs in the C locale, so the words are fixed. */
export function complaintToError(line: string): WireGuardError {
  const device = /^Unable to access interface (\S+): /.exec(line)?.[1];
  // Not of the device: whoever leads to it can't.
  if (/^(?:nsenter|sudo|doas|ssh|docker|Error response from daemon): /.test(line)) {
    const denied = /not permitted|permission denied|a password is required/i.test(line);
    return new WireGuardError(denied ? 'PERMISSION_DENIED' : 'SOURCE_UNAVAILABLE', line.slice(0, 120));
  }
  const where = device === undefined ? 'wg' : `wg, device ${device}`;
  if (/: (Operation not permitted|Permission denied)$/.test(line)) {
    return new WireGuardError(
      'PERMISSION_DENIED',
      `${where}: no permission; run as root or with CAP_NET_ADMIN (userspace devices: CAP_DAC_OVERRIDE)`,
      { device },
    );
  }
  if (/: (No such device|No such file or directory|Protocol not supported|Operation not supported)$/.test(line)) {
    return new WireGuardError('DEVICE_NOT_FOUND', `${where}: gone, or no WireGuard device`, { device });
  }
  return new WireGuardError('READ_FAILED', `wg said: ${line.slice(0, 80)}`, { device });
}

/** Which lines of standard error are complaints. With code 0 `wg` complains of single devices only; what else stands there is
 *  by a program that leads to it, such as a warning of ssh. Source: wireguard-tools, src/show.c, `show_main`. */
export function complaintsIn(lines: readonly string[], exitCode: number | undefined): readonly string[] {
  return exitCode === 0 ? lines.filter((line) => line.startsWith('Unable to access interface ')) : lines;
}
