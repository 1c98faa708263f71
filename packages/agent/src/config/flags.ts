import type { Layer } from './layer.js';
import { setIn, type Path } from './tree.js';

/** What the command line says, as it was typed. */
export interface Flags {
  readonly config?: string;
  readonly endpoint?: string;
  readonly interval?: string;
  readonly peerLimit?: string;
  readonly logLevel?: string;
  readonly source?: string;
  readonly uapiDirectory?: string;
  readonly timeout?: string;
}

/** Puts flags into the shape of the file. What they say of reading goes for each receiver.
 *
 *  @param receivers ids of the receivers
 *  @param exporter id of the exporter that `--endpoint` is for */
export function readFlags(flags: Flags, receivers: readonly string[], exporter: string): Layer {
  const layer: Layer = { tree: {}, origins: new Map() };
  const put = (path: Path, option: string, value: unknown): void => {
    if (value === undefined) return;
    setIn(layer.tree, path, value);
    layer.origins.set(path.join('\0'), option);
  };
  for (const id of receivers) {
    const at = (key: string): Path => ['receivers', id, key];
    put(at('source'), '--source', flags.source);
    put(at('directory'), '--uapi-directory', flags.uapiDirectory);
    put(at('timeout'), '--timeout', flags.timeout);
    put(at('collection_interval'), '--interval', flags.interval);
    put(at('peer_limit'), '--peer-limit', asNumber(flags.peerLimit));
  }
  put(['service', 'telemetry', 'logs', 'level'], '--log-level', flags.logLevel);
  put(['exporters', exporter, 'endpoint'], '--endpoint', flags.endpoint);
  return layer;
}

function asNumber(text: string | undefined): number | string | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : text;
}
