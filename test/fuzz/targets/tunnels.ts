import { isWireGuardError, runAtOnce } from '@wgotel/core';
import { ToldTunnels } from '../../core/tracing/internals.js';
import { frame, header, linesOf, there, tunnel } from '../../core/tracing/stream.js';
import { assertHarmless, type FuzzTarget } from '../target.js';

const session = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
const STREAM = linesOf(
  header(),
  there(1, tunnel('aaaaaaaaaaaaaaaa', { name: 'zoë', tunnelId: 'cccccccccccccccc' })),
  there(2, tunnel('bbbbbbbbbbbbbbbb', { netns: 'blue', rtt: 1.5, session })),
  frame(1),
  { type: 'removed', key: 2 },
  there(1, tunnel('aaaaaaaaaaaaaaaa', { state: 'stale', handshakeTime: undefined })),
  frame(2),
);

/** What an agent, or somebody in its place, says: only errors of ours may come of it. */
export const TUNNELS_TARGET: FuzzTarget = {
  name: 'tunnels',
  corpus: [STREAM],
  run: (input) => {
    const table = new ToldTunnels([], (views) => views.forEach(({ allowedIPs, name }) => allowedIPs.includes(name!)));
    const half = input.length >> 1;
    try {
      for (const piece of [input.subarray(0, half), input.subarray(half)]) runAtOnce(table.take(piece));
    } catch (error) {
      if (!isWireGuardError(error)) throw error;
      assertHarmless(error.message);
    }
  },
};
