import { connect } from 'node:net';

/** Whether somebody listens at a Unix socket. What a dead process has left does not answer. */
export function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
