import assert from 'node:assert/strict';
import { runAtOnce, type TunnelView } from '@wgotel/core';
import { describe, it } from 'mocha';
import { ToldTunnels } from './internals.js';
import { frame, header, linesOf, there, tunnel } from './stream.js';

const a = tunnel('aaaaaaaaaaaaaaaa', { name: 'zoë' });
const b = tunnel('bbbbbbbbbbbbbbbb', { session: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }, rtt: 1.5 });
const STREAM = linesOf(
  header(),
  there(1, a),
  there(2, b),
  frame(1),
  frame(2),
  { type: 'news', of: 'a later version' },
  there(1, { ...a, state: 'stale' }),
  { type: 'removed', key: 2 },
  frame(3),
);
const FRAMES = [[a, b], [a, b], [{ ...a, state: 'stale' }]];

/** The tunnels after each frame. */
function framesOf(chunks: readonly Buffer[], before: readonly TunnelView[] = []): (readonly TunnelView[])[] {
  const frames: (readonly TunnelView[])[] = [];
  const table = new ToldTunnels(before, (views) => frames.push(views));
  for (const chunk of chunks) runAtOnce(table.take(chunk));
  return frames;
}

describe('the table of tunnels out of an agent’s stream', () => {
  it('is the same wherever the stream is cut', () => {
    assert.deepEqual(framesOf([STREAM]), FRAMES);
    for (let at = 0; at <= STREAM.length; at++) {
      assert.deepEqual(framesOf([STREAM.subarray(0, at), STREAM.subarray(at)]), FRAMES, `cut at ${at}`);
    }
    assert.deepEqual(framesOf(Array.from(STREAM, (byte) => Buffer.from([byte]))), FRAMES);
  });

  it('keeps what did not change, from frame to frame and from connection to connection', () => {
    const [first, second, third] = framesOf([STREAM]);
    assert.equal(second, first);
    const again = framesOf([linesOf(header({ sequence: 9 }), there(7, a), there(4, b), frame(9))], first);
    assert.equal(again[0], first);
    const [other] = framesOf([linesOf(header(), there(7, b), frame(1))], first);
    assert.deepEqual([other?.length, other?.[0] === first?.[1], third?.length], [1, true, 1]);
  });

  for (const [what, messages, message] of [
    ['another version', [header({ version: 2 })], /version 2 of the format, and this library 1: update the older/],
    ['no header', [there(1, a)], /the first line is no header/],
    ['two headers', [header(), header()], /a second header came/],
    ['a frame that is missing', [header(), frame(1), frame(3)], /frame 3 came where 2 was due/],
    ['a state that is unknown', [header(), there(1, { ...a, state: 'up' as 'idle' })], /state is none that is known/],
    ['a name that is no text', [header(), there(1, { ...a, name: 7 as never })], /name is no text/],
    [
      'prefixes that are none',
      [header(), there(1, { ...a, allowedIPs: [1] as never })],
      /allowedIPs is no list of texts/,
    ],
    ['no tunnel', [header(), { type: 'tunnel', key: 1 }], /tunnel is no object/],
    ['an id that is none', [header(), there(1, { ...a, session: { traceId: 'x', spanId: 'y' } })], /traceId is no id/],
    ['a list', [[]], /a line is no object/],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(() => framesOf([linesOf(...messages)]), { code: 'PROTOCOL', message });
    });
  }

  it('refuses lines without end, and state without end', () => {
    const megabyte = Buffer.alloc(1 << 20, 'a');
    assert.throws(() => framesOf([megabyte, megabyte]), /a line is longer than 1048576 bytes/);
    assert.throws(() => framesOf([Buffer.from('{\n')]), /a line is no JSON/);
    const large = { ...a, allowedIPs: ['a'.repeat(1_000_000)] };
    const flood = Array.from({ length: 70 }, (_, key) => linesOf(there(key, large)));
    assert.throws(() => framesOf([linesOf(header()), ...flood]), /the tunnels take more than 67108864 bytes/);
  });
});
