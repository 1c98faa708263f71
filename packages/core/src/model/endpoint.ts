export interface Endpoint {
  /** Without brackets, zone included. */
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6;
}

/** Takes an endpoint as WireGuard prints it apart: `192.0.2.1:51820` or `[2001:db8::1]:51820`. */
export function parseEndpoint(text: string): Endpoint {
  const colon = text.lastIndexOf(':');
  const bracketed = text.startsWith('[');
  const address = bracketed ? text.slice(1, colon - 1) : text.slice(0, colon);
  return { address, port: Number(text.slice(colon + 1)), family: address.includes(':') ? 6 : 4 };
}
