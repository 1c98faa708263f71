import { diag, type Attributes, type Span } from '@opentelemetry/api';
import { harmless } from '../model/harmless-log.js';
import type { TunnelFeed, TunnelView } from '../model/tunnel.js';
import {
  ATTR_NETWORK_LOCAL_ADDRESS,
  ATTR_NETWORK_PEER_ADDRESS,
  ATTR_NETWORK_PEER_PORT,
  ATTR_SERVER_ADDRESS,
  ATTR_TUNNEL_MATCH,
  SCOPE,
} from '../signals/names.js';
import { parseAddress } from '../model/address.js';
import { Connections } from './connections.js';
import { Hosts } from './hosts.js';
import { NamesLookup } from './names-lookup.js';
import { resolveTracingOptions, type ResolvedTracingOptions, type TunnelSpanProcessorOptions } from './options.js';
import { Routes } from './routes.js';
import { tag } from './span-attributes.js';
import { TunnelMatcher } from './tunnel-matcher.js';
import { TunnelWatcher } from './tunnel-watcher.js';

/** A span of an SDK, as far as it is used here. */
export interface RecordedSpan extends Span {
  readonly kind: number;
  readonly attributes: Attributes;
}

// Numbers of the API's SpanKind.
const INTERNAL = 0;
const SERVER = 1;

/** Says on spans through which WireGuard tunnel they went: `spanProcessors: [new TunnelSpanProcessor(feed), …]`. It is a
 *  `SpanProcessor` of OpenTelemetry's SDK 2.x and 3.x. A span that went through none, or of which that can't be shown,
 *  stays as it is. It throws nothing into the application, and its work beside the spans keeps no process alive. */
export class TunnelSpanProcessor {
  readonly #options: ResolvedTracingOptions;
  readonly #log = harmless(diag.createComponentLogger({ namespace: SCOPE.name }));
  readonly #hosts = new Hosts();
  readonly #connections: Connections;
  readonly #names: NamesLookup | undefined;
  readonly #matcher: TunnelMatcher;
  readonly #watcher: TunnelWatcher | undefined;
  /** Bound once, so that a search makes no closure. */
  readonly #towards: (address: string) => TunnelView | undefined;
  /** Whether the provider says when spans are about to end; those before 2.3 don't. `undefined`: no span ended yet. */
  #announcesEnd: boolean | undefined;
  #failed = false;

  /** @throws {WireGuardError} `INVALID_OPTION` */
  constructor(feed: TunnelFeed, options: TunnelSpanProcessorOptions = {}) {
    this.#options = resolveTracingOptions(options);
    this.#names = this.#options.dns ? new NamesLookup(this.#hosts) : undefined;
    const matcher = new TunnelMatcher(this.#options, new Routes());
    this.#matcher = matcher;
    this.#towards = (address) => matcher.towards(address);
    // Not before all else is there: it listens to the process's connections from now on.
    this.#connections = new Connections(this.#hosts, (address) => this.#expect(address));
    try {
      this.#watcher = new TunnelWatcher(
        feed,
        this.#options.netns,
        (table) => (matcher.table = table),
        (error) => this.#failing(error),
      );
    } catch (error) {
      this.#failing(error);
    }
  }

  onStart(span: RecordedSpan, _parentContext?: unknown): void {
    if (span.kind === INTERNAL || this.#matcher.table.devices.size === 0) return;
    try {
      if (span.kind === SERVER) this.#noteLocalAddress(span);
      // A look at this early stage has the route ready when the span ends.
      const view = this.#find(span, true);
      if (view !== undefined && this.#announcesEnd === false) this.#tag(span, view);
    } catch (error) {
      this.#failing(error);
    }
  }

  /** Attributes can still be set, and all addresses are there. */
  onEnding(span: RecordedSpan): void {
    this.#announcesEnd = true;
    if (span.kind === INTERNAL || this.#matcher.table.devices.size === 0) return;
    try {
      const view = this.#find(span, false);
      if (view !== undefined) this.#tag(span, view);
    } catch (error) {
      this.#failing(error);
    }
  }

  onEnd(_span: unknown): void {
    this.#announcesEnd ??= false;
  }

  /** Nothing waits here. */
  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  /** Stops to follow the feed and connections. */
  shutdown(): Promise<void> {
    try {
      this.#connections.close();
      this.#watcher?.close();
    } catch (error) {
      this.#failing(error);
    }
    return Promise.resolve();
  }

  /** Has the route ready for the first span of a connection: some get their address late, others end soon. */
  #expect(address: string): void {
    try {
      if (this.#matcher.table.devices.size > 0) this.#matcher.towards(address);
    } catch (error) {
      this.#failing(error);
    }
  }

  /** The tunnel of a span, by the best address that it has. */
  #find({ kind, attributes }: RecordedSpan, starting: boolean): TunnelView | undefined {
    const peer = attributes[ATTR_NETWORK_PEER_ADDRESS];
    if (kind === SERVER) return this.#findAccepted(peer, attributes[ATTR_NETWORK_LOCAL_ADDRESS]);
    const host = attributes[ATTR_SERVER_ADDRESS];
    if (typeof peer === 'string') {
      if (typeof host === 'string' && host !== peer && parseAddress(host) === 0) this.#hosts.learn(host, peer);
      return this.#matcher.towards(peer);
    }
    if (typeof host !== 'string') return undefined;
    if (parseAddress(host) !== 0) return this.#matcher.towards(host);
    if (starting && !this.#hosts.knows(host)) this.#names?.ask(host);
    return this.#hosts.agreeing(host, this.#towards);
  }

  /** Only the socket counts: an address in a header is whatever the client writes. */
  #findAccepted(peer: unknown, local: unknown): TunnelView | undefined {
    if (typeof peer !== 'string' || typeof local !== 'string') return undefined;
    const view = this.#matcher.towards(peer);
    return view !== undefined && this.#matcher.isLocal(local, view) ? view : undefined;
  }

  /** Instrumentations leave it out, and it can't be found once the request is under way. */
  #noteLocalAddress(span: RecordedSpan): void {
    const { attributes } = span;
    const peer = attributes[ATTR_NETWORK_PEER_ADDRESS];
    if (typeof peer !== 'string' || attributes[ATTR_NETWORK_LOCAL_ADDRESS] !== undefined) return;
    if (!this.#matcher.isCandidate(peer)) return;
    const local = this.#connections.localAddress(peer, attributes[ATTR_NETWORK_PEER_PORT]);
    if (local !== undefined) span.setAttribute(ATTR_NETWORK_LOCAL_ADDRESS, local);
  }

  #tag(span: RecordedSpan, view: TunnelView): void {
    tag(span, view);
    if (this.#options.match === 'allowed_ips') span.setAttribute(ATTR_TUNNEL_MATCH, 'allowed_ips');
  }

  /** Says so once: it would be for every span. */
  #failing(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#log.error('spans are not tagged with their tunnel as they should be', error);
  }
}
