import { getSystemErrorName } from 'node:util';
import { isWireGuardError, WireGuardError } from '../../errors.js';

const EPERM = 1;
const EACCES = 13;
const ENODEV = 19;
const EOPNOTSUPP = 95;

/** The kernel refused something. */
export class NetlinkError extends Error {
  readonly errno: number;

  /** @param errno positive, as in errno(3) */
  constructor(errno: number) {
    super(getSystemErrorName(-errno));
    this.errno = errno;
  }
}

/** Says of which device an error is and, if the kernel refused, what that means and what to do. */
export function ofDevice(error: unknown, device: string): unknown {
  const facts = { device, cause: error };
  if (isWireGuardError(error)) return new WireGuardError(error.code, `${device}: ${error.message}`, facts);
  if (!(error instanceof NetlinkError)) return error;
  switch (error.errno) {
    case EPERM:
    case EACCES:
      return new WireGuardError(
        'PERMISSION_DENIED',
        `${device}: no permission; run as root or with CAP_NET_ADMIN`,
        facts,
      );
    case ENODEV:
    case EOPNOTSUPP:
      return new WireGuardError('DEVICE_NOT_FOUND', `${device}: gone, or no WireGuard device`, facts);
    default:
      return new WireGuardError('READ_FAILED', `${device}: the kernel answered ${error.message}`, facts);
  }
}
