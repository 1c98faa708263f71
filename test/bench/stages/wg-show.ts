import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SOURCES, type Device } from '@wgotel/core';
import { complete, type Round } from './scrape.js';
import type { Stage } from './stage.js';

/** Reading what `wg` would say of the same device, from a program that has it in a file in that folder. */
export function wgShowStages(folder: string, round: Round) {
  const dump = join(folder, 'dump');
  const signal = new AbortController().signal;
  const source = SOURCES['wg-show']({ command: ['sh', '-c', `cat ${dump}`] });
  let reading = round.reading;
  return {
    wgShow: {
      prepare: () => writeFileSync(dump, round.reading.devices.map(toDump).join('')),
      run: async () => {
        reading = complete(await source.read({ signal, previous: reading }));
        return 0;
      },
    },
  } satisfies Record<string, Stage>;
}

/** Writes what `wg show all dump` says of a device. */
function toDump({ name, publicKey, listenPort = 0, peers }: Device): string {
  const lines = [[name, '(none)', publicKey ?? '(none)', listenPort, 'off']];
  for (const peer of peers) {
    const { endpoint = '(none)', lastHandshakeTime = 0, persistentKeepaliveInterval: keepalive = 'off' } = peer;
    const allowedIPs = peer.allowedIPs.join(',') || '(none)';
    const counters = [Math.floor(lastHandshakeTime / 1000), peer.receiveBytes, peer.transmitBytes];
    lines.push([name, peer.publicKey, '(none)', endpoint, allowedIPs, ...counters, keepalive]);
  }
  return lines.map((columns) => `${columns.join('\t')}\n`).join('');
}
