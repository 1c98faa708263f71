/** One request as it goes over the wire: an `ExportMetricsServiceRequest`, its like of another signal, or whatever the
 *  transport it is for sends. */
export interface EncodedRequest {
  readonly bytes: Buffer;
  /** Headers of this request alone, where the transport has any. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How many points, log records or spans are in it. */
  readonly items: number;
  /** Gives the bytes back, to be written over: to be called once by whoever is done with the request. */
  readonly release: () => void;
}

/** A stock Collector refuses requests above 4 MiB, counted before compression. */
export const REQUEST_LIMIT: number = 3.5 * 1024 * 1024;
