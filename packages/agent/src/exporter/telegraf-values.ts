/** What Telegraf's input `wireguard` calls kinds of devices. */
export const DEVICE_TYPES = { kernel: 'linux_kernel', userspace: 'userspace' } as const;

/** `UnixNano()` of Go's zero time, which is what a peer without a handshake has there. */
export const NEVER = -6795364578871345152n;
