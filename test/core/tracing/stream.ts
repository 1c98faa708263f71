import type { TunnelView } from '@wgotel/core';

/** A tunnel of no particular interest, but for what is given. */
export function tunnel(peerId: string, fields: Partial<TunnelView> = {}): TunnelView {
  return {
    interface: 'wg0',
    netns: undefined,
    peerId,
    name: undefined,
    tunnelId: undefined,
    allowedIPs: ['10.9.0.2/32'],
    state: 'active',
    handshakeTime: 1_795_000_000_000,
    rtt: undefined,
    session: undefined,
    ...fields,
  };
}

export const header = (fields: object = {}): object => ({
  type: 'header',
  version: 1,
  agent: '0.1.0',
  sequence: 1,
  interval: 400,
  ...fields,
});
export const there = (key: number, view: TunnelView): object => ({ type: 'tunnel', key, tunnel: view });
export const frame = (sequence: number): object => ({ type: 'frame', sequence, time: 1_795_000_000_000 });

export function linesOf(...messages: readonly object[]): Buffer {
  return Buffer.from(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
}
