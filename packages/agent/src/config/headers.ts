import { Metadata } from '@grpc/grpc-js';
import { parseKeyValues } from './key-values.js';
import type { Problems, Setting } from './problems.js';

/** Headers of the connection or of the call, which are not for the caller to set. With some of them grpc-js would try again
 *  in a busy loop, as Node refuses to send them.
 *  Source: RFC 9113, sections 8.2.2 and 8.3; https://grpc.github.io/grpc/core/md_doc__p_r_o_t_o_c_o_l-_h_t_t_p2.html */
const RESERVED =
  /^(?::.*|grpc-.*|connection|content-length|host|http2-settings|keep-alive|proxy-connection|te|transfer-encoding|upgrade)$/i;

/** Reads headers to send with each request. Their values may be secrets, so problems don't show them. */
export function readHeaders(setting: Setting | undefined, problems: Problems): Record<string, string> {
  if (setting === undefined) return {};
  const headers = parseKeyValues(setting.text, (problem) => problems.add(setting.option, problem));
  for (const [key, value] of Object.entries(headers)) {
    const problem = RESERVED.test(key) ? 'its name is reserved' : problemOf(key, value);
    if (problem !== undefined) problems.add(setting.option, `'${key}' is no header that gRPC can send: ${problem}`);
  }
  return headers;
}

function problemOf(key: string, value: string): string | undefined {
  try {
    new Metadata().set(key, value);
    return undefined;
  } catch {
    return 'name or value has forbidden characters';
  }
}
