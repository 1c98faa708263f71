/** Where requests go. */
export interface Endpoint {
  /** Host and port, IPv6 addresses in brackets. */
  readonly target: string;
  readonly secure: boolean;
}

/** What {@link parseEndpoint} takes, for messages. */
export const ENDPOINT_FORM = 'http://HOST:PORT or https://HOST:PORT, without user, path and query';

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
