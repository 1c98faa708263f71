import assert from 'node:assert/strict';
import { peerId, tunnelId } from '@wgotel/core';
import type { ExportedSpan } from '../support/exported-events.js';
import { until } from '../support/process.js';
import { PEER_NAMES, TracedTunnel } from './traced-tunnel.js';

const SERVER = 2;
const CLIENT = 3;

const FRONTEND = 'http://127.0.0.1:8081';

/** The services of an example at both ends. */
export interface Services {
  /** The folder of the example. */
  readonly example: string;
  readonly backendPort: string;
  /** What the frontend takes for the backend's address. */
  readonly backend: (address: string) => string;
  /** What the frontend is asked for. */
  readonly path: string;
  readonly answer: string;
}

/** The first and only request of two services, once the sessions of the tunnel are over. */
export class TracedRequest {
  readonly #traced: TracedTunnel;
  readonly #spans: readonly ExportedSpan[];

  private constructor(traced: TracedTunnel, spans: readonly ExportedSpan[]) {
    this.#traced = traced;
    this.#spans = spans;
  }

  static async make({ example, backendPort, backend, path, answer }: Services): Promise<TracedRequest> {
    const traced = await TracedTunnel.open();
    try {
      const { a, b } = traced.tunnel;
      await traced.startService(b, `${example}/backend`, b.address, backendPort);
      await traced.startService(a, `${example}/frontend`, backend(b.address), '8081');
      const ask = `fetch('${FRONTEND}${path}').then((response) => response.text()).then(console.log)`;
      assert.equal((await a.exec([process.execPath, '-e', ask])).trim(), answer);
      await until('the spans', async () => requestsOf(await traced.spans()).length >= 3, { timeoutMs: 20_000 });
      await traced.endSessions();
      return new TracedRequest(traced, await traced.spans());
    } catch (error) {
      await traced.close();
      throw error;
    }
  }

  /** Asserts that it is one trace: into the frontend over loopback, out of it and into the backend through the tunnel. */
  assertOneTrace(): void {
    const { a, b } = this.#traced.tunnel;
    const requests = requestsOf(this.#spans);
    assert.equal(new Set(requests.map(({ traceId }) => traceId)).size, 1);
    const [received] = requests.filter(({ parentSpanId }) => parentSpanId === '');
    const [sent] = requests.filter(({ parentSpanId }) => parentSpanId === received!.spanId);
    const [served] = requests.filter(({ parentSpanId }) => parentSpanId === sent!.spanId);
    const tunnel = tunnelId(a.publicKey, b.publicKey);
    assert.deepEqual([received, sent, served].map(aboutTunnel), [
      { kind: SERVER },
      { kind: CLIENT, device: a.interface, peer: peerId(b.publicKey), name: PEER_NAMES.a, state: 'active', tunnel },
      { kind: SERVER, device: b.interface, peer: peerId(a.publicKey), name: PEER_NAMES.b, state: 'active', tunnel },
    ]);
    assert.equal(requests.length, 3);
  }

  /** Asserts that both spans in the tunnel link to the session that the agent on their side has exported, and that no
   *  span links to one that is not there. */
  assertLinks(): void {
    const byId = new Map(this.#spans.map((span) => [span.spanId, span]));
    const linked = requestsOf(this.#spans)
      .filter(({ attributes }) => attributes['wireguard.tunnel.id'] !== undefined)
      .map(({ attributes, links }) => [
        attributes['network.interface.name'],
        links.map((id) => [byId.get(id)?.name, byId.get(id)?.attributes['network.interface.name']]),
      ]);
    const { a, b } = this.#traced.tunnel;
    assert.deepEqual(
      new Map(linked as [string, unknown][]),
      new Map([a, b].map(({ interface: device }) => [device, [['wireguard.session', device]]])),
    );
    const dangling = this.#spans.flatMap(({ links }) => links).filter((id) => !byId.has(id));
    assert.deepEqual(dangling, []);
  }

  close(): Promise<void> {
    return this.#traced.close();
  }
}

/** The spans of the services. */
function requestsOf(spans: readonly ExportedSpan[]): ExportedSpan[] {
  return spans.filter(({ kind }) => kind === SERVER || kind === CLIENT);
}

function aboutTunnel(span: ExportedSpan | undefined): object {
  const { kind, attributes = {} } = span ?? {};
  const about = {
    device: attributes['network.interface.name'],
    peer: attributes['wireguard.peer.id'],
    name: attributes['wireguard.peer.name'],
    state: attributes['wireguard.peer.state'],
    tunnel: attributes['wireguard.tunnel.id'],
  };
  return { kind, ...Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined)) };
}
