import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { startPrometheus, type RunningPrometheus } from '../support/prometheus.js';
import { EPOCH } from '../support/snapshots.js';
import { INTERVAL, trafficWith, type Traffic } from './heartbeat-traffic.js';

const FIRST = EPOCH / 1000;
/** From here on each window is within what there is. */
const START = FIRST + 3600 + INTERVAL;
const END = FIRST + 599 * INTERVAL;
const HEARTBEATS = [60, 240];
const WINDOWS = { '1m': 60, '5m': 300, '1h': 3600 } as const;

type Window = keyof typeof WINDOWS;

/** What an expression gives for a peer at an instant, of everything and with a heartbeat. */
interface Compared {
  readonly pattern: string;
  readonly id: string;
  readonly time: number;
  readonly full: number | undefined;
  readonly left: number | undefined;
}

describe('rates over a heartbeat', () => {
  let prometheus: RunningPrometheus;
  const sent = new Map<number, Traffic[]>();

  before(async () => {
    for (const length of [0, ...HEARTBEATS]) sent.set(length, await trafficWith(length || undefined));
    const lines = [...sent].flatMap(([length, all]) =>
      all.flatMap(({ id, pattern, samples }) =>
        [...samples].map(
          ([time, value]) => `io_total{heartbeat="${length}",id="${id}",pattern="${pattern}"} ${value} ${time}`,
        ),
      ),
    );
    prometheus = await startPrometheus([], { samples: `# TYPE io counter\n${lines.join('\n')}\n# EOF\n` });
  });
  after(() => prometheus?.stop());

  /** @param shift how far behind scrapes to look, in seconds */
  async function compare(call: string, window: Window, length: number, shift: number): Promise<Compared[]> {
    const ask = (of: number): ReturnType<RunningPrometheus['queryRange']> =>
      prometheus.queryRange(`${call}(io_total{heartbeat="${of}"}[${window}])`, START + shift, END + shift, INTERVAL);
    const [full, left] = [await ask(0), await ask(length)];
    assert.equal(full.length, sent.get(0)!.length);
    return full.flatMap(({ labels, values }) => {
      const same = left.find((each) => each.labels['id'] === labels['id']);
      return [...values].map(([time, value]) => ({
        pattern: labels['pattern']!,
        id: labels['id']!,
        time,
        full: value,
        left: same?.values.get(time),
      }));
    });
  }

  const isTurn = (id: string, time: number, length: number): boolean =>
    sent
      .get(length)!
      .find((each) => each.id === id)!
      .turns.has(time);
  const isSame = ({ full, left }: Compared): boolean =>
    full !== undefined && left !== undefined && Math.abs(full - left) <= 1e-9 * full;

  it('is less to send', () => {
    const count = (length: number): number => sent.get(length)!.reduce((sum, { samples }) => sum + samples.size, 0);
    assert.ok(count(60) < count(0) / 2 && count(240) < count(60));
  });

  it('lets no increase go missing over the whole', () => {
    for (const length of HEARTBEATS) {
      for (const { id, pattern, samples } of sent.get(length)!) {
        const full = sent.get(0)!.find((each) => each.id === id)!;
        assert.equal(increaseOf(samples), increaseOf(full.samples), pattern);
      }
    }
  });

  it('has no gaps while it is idle where they are filled', async () => {
    for (const length of HEARTBEATS) {
      const all = `io_total{heartbeat="${length}"}`;
      const filled = await prometheus.queryRange(`rate(${all}[1m]) or 0 * ${all}`, START, END, INTERVAL);
      const idle = filled.filter(({ labels }) => labels['pattern'] === 'idle');
      assert.ok(idle.length > 0);
      for (const { values } of filled) assert.equal(values.size, (END - START) / INTERVAL + 1);
      for (const { values } of idle) assert.deepEqual(new Set(values.values()), new Set([0]));
    }
  });

  for (const call of ['rate', 'increase']) {
    for (const window of Object.keys(WINDOWS) as Window[]) {
      const seconds = WINDOWS[window];
      const lengths = HEARTBEATS.filter((length) => seconds % length === 0);

      it(`is the same at a series' turns: ${call}[${window}]`, async () => {
        for (const length of lengths) {
          const compared = (await compare(call, window, length, 0)).filter(({ id, time }) => isTurn(id, time, length));
          assert.ok(compared.length > 0);
          assert.deepEqual(
            compared.filter((each) => !isSame(each)),
            [],
          );
        }
      });

      it(`is the same at any time where traffic is steady: ${call}[${window}]`, async () => {
        for (const length of HEARTBEATS) {
          const compared = [...(await compare(call, window, length, 0)), ...(await compare(call, window, length, 7))];
          const steady = compared.filter(({ pattern }) => pattern === 'steady');
          assert.ok(steady.length > 0 && steady.every(isSame));
        }
      });

      it(`shows each increase at any time, and not too much of it: ${call}[${window}]`, async () => {
        for (const length of HEARTBEATS) {
          for (const shift of [0, 7]) {
            const compared = await compare(call, window, length, shift);
            assert.ok(compared.some((each) => !isSame(each)));
            for (const each of compared) {
              const { full = 0, left } = each;
              if (left === undefined) {
                assert.equal(full, 0, JSON.stringify(each));
                assert.ok(seconds < 2 * length, JSON.stringify(each));
                continue;
              }
              assert.ok(left >= full * (1 - 1e-9), JSON.stringify(each));
              // Prometheus draws what it sees out to the ends of the window, from fewer points.
              const most = seconds % length === 0 && seconds > length ? seconds / (seconds - length) : 3;
              assert.ok(left <= full * most * (1 + 1e-9), JSON.stringify(each));
            }
          }
        }
      });
    }
  }
});

/** What a counter gained, by Prometheus' rules. */
function increaseOf(samples: ReadonlyMap<number, number>): number {
  let sum = 0;
  let last: number | undefined;
  for (const value of samples.values()) {
    if (last !== undefined) sum += value < last ? value : value - last;
    last = value;
  }
  return sum;
}
