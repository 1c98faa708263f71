/** Runs in the guest: prints how long reading takes, by netlink and through `wg`, in milliseconds. */
import { spawnSync } from 'node:child_process';
import { NetlinkSource } from '../../core/source/internals.js';
import { parseDump } from '../../core/source/parse.js';
import { makeDevice, manyPeers } from './wg.js';
const { execa } = await import('execa').catch(() => ({ execa: undefined }));
void execa;
const median = (all: number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1]!;
let previous: any;
for (const count of [2, 100, 2000]) {
  const name = `wgof${count}`;
  makeDevice(name, manyPeers(count));
  const source = new NetlinkSource({ reads: (each) => each === name });
  const signal = new AbortController().signal;
  const times: Record<string, number[]> = { netlink: [], unchanged: [], spawn: [], parse: [] };
  const cpu: Record<string, number> = { unchanged: 0 };
  for (let i = 0; i < 25; i++) {
    let t = performance.now();
    const c = process.cpuUsage();
    previous = await source.read({ signal, previous });
    const d = process.cpuUsage(c);
    cpu['unchanged']! += (d.user + d.system) / 1000;
    times['unchanged']!.push(performance.now() - t);
    t = performance.now();
    const { stdout } = spawnSync('wg', ['show', name, 'dump'], { maxBuffer: 1 << 28 });
    times['spawn']!.push(performance.now() - t);
    t = performance.now();
    parseDump([
      Buffer.from(
        stdout
          .toString()
          .replace(/^/gm, `${name}\t`)
          .replace(/wgof\d+\t$/, ''),
      ),
    ]);
    times['parse']!.push(performance.now() - t);
  }
  console.log(
    JSON.stringify({
      count,
      peers: previous.devices[0].peers.length,
      failures: previous.failures,
      median: Object.fromEntries(Object.entries(times).map(([k, v]) => [k, v.length ? median(v).toFixed(2) : 0])),
      first: times['unchanged']![0],
      cpu: cpu['unchanged']! / 25,
    }),
  );
}
