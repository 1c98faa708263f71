/**
 * Reads WireGuard from a source of one's own, a router that tells of it over HTTP:
 *   node build/examples/custom-source/main.js http://192.0.2.1/wireguard.json
 * Prints each peer with its state, and what changes from then on, every few seconds.
 */
import { WireGuardReceiver } from '@wgotel/core';
import { RouterSource } from './router-source.js';

const [url = 'http://192.0.2.1/wireguard.json', interval = '5000'] = process.argv.slice(2);

const receiver = new WireGuardReceiver({
  source: new RouterSource(url),
  collectionInterval: Number(interval),
  // This program looks at frames, and has no use for OpenTelemetry's providers.
  meterProvider: false,
  loggerProvider: false,
  tracerProvider: false,
});

receiver.on('change', (change) => {
  if ('peer' in change) console.log(`${change.peer.series.peerId}: ${change.type}`);
});

const { devices, failures } = await receiver.scrape();
for (const { message } of failures) console.error(message);
for (const { series, peers } of devices) {
  for (const { series: of, state } of peers) console.log(`${series.device} ${of.peerId}: ${state}`);
}
receiver.start();
// The receiver's own timers don't keep a program alive.
const alive = setInterval(() => undefined, 60_000);

process.once('SIGTERM', () => {
  clearInterval(alive);
  void receiver.shutdown();
});
