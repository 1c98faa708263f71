import { isIP } from 'node:net';
import type { ListenConfig } from './configuration.js';

/** Where requests go over gRPC. */
export interface Endpoint {
  /** Host and port, IPv6 addresses in brackets. */
  readonly target: string;
  readonly secure: boolean;
}

/** What {@link parseEndpoint} takes, for messages. */
export const ENDPOINT_FORM = 'HOST:PORT, http://HOST:PORT or https://HOST:PORT, without user, path and query';

const FORM = /^(?:(https?):\/\/)?(\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?\/?$/i;

/** Parses the address of an OTLP/gRPC server. Without a port it is 4317, or with `https` 443, as other OpenTelemetry SDKs
 *  have it. `undefined`: it is none.
 *
 *  @param insecure what an address without a scheme means */
export function parseEndpoint(text: string, insecure: boolean): Endpoint | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [, scheme, host = '', port] = match;
  const secure = scheme === undefined ? !insecure : scheme.toLowerCase() === 'https';
  const number = port === undefined ? (scheme !== undefined && secure ? 443 : 4317) : Number(port);
  return number >= 1 && number <= 65_535 ? { target: `${host}:${number}`, secure } : undefined;
}

/** What {@link parseHttpEndpoint} takes, for messages. */
export const HTTP_ENDPOINT_FORM = 'http://HOST:PORT or https://HOST:PORT, without user, query and fragment';

/** Parses the address requests are posted to, and returns it in full. `undefined`: it is none. */
export function parseHttpEndpoint(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.username || url.password || url.search || url.hash ? undefined : url.href;
}

/** What {@link parseListenEndpoint} takes, for messages. */
export const LISTEN_FORM = 'ADDRESS:PORT, localhost:PORT, INTERFACE:PORT or :PORT';

const LISTEN = /^(\[[0-9a-f:.]+\]|[^\s:/[\]]*):(\d{1,5})$/i;

/** Parses where to listen. What is no address is a network interface, whose names have 15 characters at most. `undefined`: it
 *  is none of these. */
export function parseListenEndpoint(text: string): ListenConfig | undefined {
  const [, name = '', digits] = LISTEN.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port < 1 || port > 65_535) return undefined;
  const host = name === 'localhost' ? '127.0.0.1' : name.replace(/^\[|\]$/g, '');
  if (host === '' || isIP(host) !== 0) return { host, isInterface: false, port };
  return host.length <= 15 && !/^[\d.]+$/.test(host) ? { host, isInterface: true, port } : undefined;
}
