/** Types of exporters that have another name now, by the one that still works in a configuration file. Each use gives a warning;
 *  docs/upgrading.md lists them. */
export const DEPRECATED_EXPORTERS: Readonly<Record<string, string>> = { otlp: 'otlp_grpc', otlphttp: 'otlp_http' };
