import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { LineBuffer } from './internals.js';

/** A buffer and the lines it has handed over. */
function collecting(size: number): { buffer: InstanceType<typeof LineBuffer>; lines: string[]; seen: Set<Buffer> } {
  const lines: string[] = [];
  const seen = new Set<Buffer>();
  const buffer = new LineBuffer((bytes, end) => {
    seen.add(bytes);
    assert.equal(bytes[end - 1], 10);
    lines.push(...bytes.toString('latin1', 0, end - 1).split('\n'));
  }, size);
  return { buffer, lines, seen };
}

describe('LineBuffer', () => {
  it('hands whole lines over, whatever their length against its own', () => {
    const expected = [0, 1, 6, 7, 8, 9, 15, 16, 17, 1000, 0, 3].map((length) => 'x'.repeat(length));
    const text = `${expected.join('\n')}\nrest`;
    for (let size = 1; size <= 20; size++) {
      const { buffer, lines } = collecting(size);
      buffer.write(Buffer.from(text));
      assert.deepEqual(lines, expected, `size ${size}`);
    }
  });

  it('zeroes the chunks it is given, and the buffers it has outgrown or is done with', () => {
    const { buffer, seen } = collecting(4);
    const chunk = Buffer.from('ab\nlonger than the buffer\nrest');
    buffer.write(chunk);
    buffer.clear();
    assert.ok(chunk.every((byte) => byte === 0));
    assert.equal(seen.size, 2);
    for (const bytes of seen) assert.ok(bytes.every((byte) => byte === 0));
  });

  it('refuses a line beyond all measure when it is committed, not when space is asked for', () => {
    const { buffer } = collecting(1024 * 1024);
    assert.throws(
      () => {
        for (let written = 0; written < 64; written++) {
          const space = buffer.space();
          assert.ok(space.length > 0);
          buffer.commit(space.fill(120).length);
        }
      },
      { code: 'PROTOCOL', message: /line is longer than 16777216 bytes/ },
    );
    assert.doesNotThrow(() => buffer.space());
  });
});
