/** Runs in the guest: measures what reading one device costs, by netlink and through `wg`, and prints a line of JSON for each
 *  number of peers: means of CPU in milliseconds, user and system. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Reading } from '@wgotel/core';
import { DumpParser, NetlinkSource, PeerTable } from '../../core/source/internals.js';
import { makeDevice, manyPeers } from './wg.js';

const WARM_UP = 12;
const RUNS = 30;

/** CPU of this process so far. */
function own(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** CPU of its children that have ended, which the kernel gives in steps of 10 ms. */
function ofChildren(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]!.split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

for (const count of [2, 100, 2000]) {
  const name = `wgof${count}`;
  makeDevice(name, manyPeers(count));
  const source = new NetlinkSource({ reads: (each) => each === name });
  const table = new PeerTable();
  const signal = new AbortController().signal;
  let previous: Reading | undefined;
  let bytes = Buffer.alloc(0);
  const acts = {
    netlink: async () => {
      previous = await source.read({ signal, previous });
    },
    wg: () => {
      bytes = spawnSync('wg', ['show', 'all', 'dump'], { maxBuffer: 1 << 28 }).stdout;
    },
    parse: () => {
      const parser = new DumpParser((device) => (device === name ? table : undefined), 0);
      parser.parse(bytes, bytes.length);
      parser.finish();
    },
  };
  const sums = { netlink: 0, wg: 0, parse: 0 };
  let children = 0;
  for (let run = 0; run < WARM_UP + RUNS; run++) {
    if (run === WARM_UP) children = ofChildren();
    // One after the other, so that what else the host does is the same for all.
    for (const [act, perform] of Object.entries(acts) as [keyof typeof acts, () => unknown][]) {
      const begun = own();
      await perform();
      if (run >= WARM_UP) sums[act] += own() - begun;
    }
  }
  sums.wg += ofChildren() - children;
  const [netlink, dump, parse] = [sums.netlink, sums.wg, sums.parse].map((sum) => sum / RUNS);
  console.log(JSON.stringify({ peers: previous!.devices[0]!.peers.length, netlink, dump, parse }));
}
