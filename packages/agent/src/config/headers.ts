import { Metadata } from '@grpc/grpc-js';

/** Headers of the connection or of the call, which are not for the caller to set. With some of them grpc-js would try again
 *  in a busy loop, as Node refuses to send them.
 *  Source: RFC 9113, sections 8.2.2 and 8.3; https://grpc.github.io/grpc/core/md_doc__p_r_o_t_o_c_o_l-_h_t_t_p2.html */
const RESERVED =
  /^(?::.*|grpc-.*|connection|content-encoding|content-length|content-type|host|http2-settings|keep-alive|proxy-connection|te|transfer-encoding|upgrade)$/i;

/** Why a header can't be sent with each request. Does not show the value, which may be a secret. `undefined`: it can. */
export function headerProblem(name: string, value: string): string | undefined {
  if (RESERVED.test(name)) return 'this is no header that can be set: its name is reserved';
  try {
    new Metadata().set(name, value);
    return undefined;
  } catch {
    return 'this is no header that can be sent: name or value has forbidden characters';
  }
}
