import assert from 'node:assert/strict';
import { peerId, tunnelId } from '@wgotel/core';
import { after, before, describe, it } from 'mocha';
import { startCollector, type RunningCollector } from '../support/collector.js';
import { exportedEvents, exportedSpans, type ExportedEvent, type ExportedSpan } from '../support/exported-events.js';
import { exportedPoints, type ExportedPoint } from '../support/exported-points.js';
import { startProcess, until } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';
import { openTunnel, type Tunnel } from '../support/tunnel.js';

const [TELEMETRY, MAIN] = ['telemetry', 'main'].map((name) =>
  repositoryPath(`build/examples/embed-in-service/${name}.js`),
);
const SERVER = 2;

describe('examples/embed-in-service, behind a real tunnel', () => {
  let tunnel: Tunnel;
  let collector: RunningCollector;
  let spans: ExportedSpan[];
  let events: ExportedEvent[];
  let points: ExportedPoint[];
  let asked = 0;

  before(async () => {
    tunnel = await openTunnel();
    const { a, b } = tunnel;
    collector = await startCollector({ namespace: b.namespace });
    await tunnel.ping(1);
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://192.0.2.2:${collector.grpcPort}`,
      WIREGUARD_INTERVAL: '500',
    };
    const argv = [process.execPath, '--import', TELEMETRY!, MAIN!, a.address];
    const service = startProcess('ip', ['netns', 'exec', a.namespace, ...argv], { env });
    try {
      const url = await until('it listens', () => /http:\S+/.exec(service.output())?.[0], { process: service });
      const ask = `fetch('${url}').then((response) => response.text()).then(console.log)`;
      // The first scrape is a second after the start, and spans are sent every five.
      const answeredAndTagged = async (): Promise<boolean> => {
        assert.equal((await b.exec([process.execPath, '-e', ask])).trim(), 'hello');
        asked++;
        return tagged(exportedSpans(await collector.exported())).length > 0;
      };
      await until('a request is tagged', answeredAndTagged, { process: service, timeoutMs: 30_000 });
      await a.removePeer();
      const removed = async (): Promise<boolean> =>
        exportedEvents(await collector.exported()).some(({ name }) => name === 'wireguard.peer.removed');
      await until('the peer is removed', removed, { process: service, timeoutMs: 30_000 });
    } finally {
      await service.stop();
    }
    await collector.stop();
    const requests = await collector.exported();
    // The socket of the other end's device is in the same folder, whatever the namespace.
    const ofA = ({ attributes }: ExportedSpan | ExportedEvent): boolean =>
      attributes['network.interface.name'] === a.interface;
    spans = exportedSpans(requests).filter(ofA);
    events = exportedEvents(requests).filter(ofA);
    points = exportedPoints(requests);
  });
  after(async () => {
    await collector?.stop();
    await tunnel?.close();
  });

  it('tags spans of requests with the tunnel and links them to the session that is exported', () => {
    const { a, b } = tunnel;
    const [session, ...others] = spans.filter(({ name }) => name === 'wireguard.session');
    assert.deepEqual(others, []);
    const tunnels = new Set(
      tagged(spans).map(({ kind, attributes, links }) =>
        JSON.stringify([kind, attributes['wireguard.peer.id'], attributes['wireguard.tunnel.id'], links]),
      ),
    );
    const expected = [SERVER, peerId(b.publicKey), tunnelId(a.publicKey, b.publicKey), [session!.spanId]];
    assert.deepEqual([...tunnels], [JSON.stringify(expected)]);
  });

  it('sends events as log records, with the session they happened in', () => {
    const [session] = spans.filter(({ name }) => name === 'wireguard.session');
    assert.deepEqual(
      events.map(({ name, spanId }) => [name, spanId]),
      [['wireguard.peer.removed', session!.spanId]],
    );
  });

  it("sends WireGuard's metrics beside its own", () => {
    const ofRequests = points.filter(({ metric }) => metric === 'hello.requests');
    assert.equal(ofRequests.at(-1)?.value, asked);
    assert.ok(points.some(({ metric }) => metric === 'wireguard.peer.count'));
  });
});

/** The spans of requests that say their tunnel. */
function tagged(spans: readonly ExportedSpan[]): ExportedSpan[] {
  return spans.filter(({ kind, attributes }) => kind === SERVER && attributes['wireguard.tunnel.id'] !== undefined);
}
