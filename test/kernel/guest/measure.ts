/** Runs in the guest: measures what reading one device costs, by netlink and through `wg`, and prints a line of JSON for each
 *  number of peers: means of CPU in milliseconds, user and system, those of children included. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Reading } from '@wgotel/core';
import { DumpParser, NetlinkSource, PeerTable } from '../../core/source/internals.js';
import { makeDevice, manyPeers } from './wg.js';

const WARM_UP = 12;
const RUNS = 15;

/** Milliseconds of CPU so far, of this process and of its children that have ended; the kernel counts in steps of 4 or 10. */
function cpu(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]!.split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
}

async function meanOf(act: () => unknown): Promise<number> {
  for (let run = 0; run < WARM_UP; run++) await act();
  const begun = cpu();
  for (let run = 0; run < RUNS; run++) await act();
  return (cpu() - begun) / RUNS;
}

const wg = (name: string): Buffer => spawnSync('wg', ['show', name, 'dump'], { maxBuffer: 1 << 28 }).stdout;

for (const count of [2, 100, 2000]) {
  const name = `wgof${count}`;
  makeDevice(name, manyPeers(count));
  const source = new NetlinkSource({ reads: (each) => each === name });
  const table = new PeerTable();
  const signal = new AbortController().signal;
  let previous: Reading | undefined;
  const netlink = await meanOf(async () => {
    previous = await source.read({ signal, previous });
  });
  const dump = await meanOf(() => wg(name));
  // `wg show all dump` has the name of the device before each line.
  const lines = wg(name)
    .toString()
    .replace(/^(?=.)/gm, `${name}\t`);
  const bytes = Buffer.from(lines);
  const parse = await meanOf(() => {
    const parser = new DumpParser(() => table, 0);
    parser.parse(bytes, bytes.length);
    parser.finish();
  });
  console.log(JSON.stringify({ peers: previous!.devices[0]!.peers.length, netlink, dump, parse }));
}
