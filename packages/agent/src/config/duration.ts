const MILLIS = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/** Parses a duration as Go and the Collector write it, such as `300ms`, `1.5h` or `1m30s`, into milliseconds.
 *  `undefined`: it is none. Negative ones are not taken.
 *  Source: https://pkg.go.dev/time#ParseDuration */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (text === '') return undefined;
  let millis = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const part = PART.exec(text);
    if (part === null) return undefined;
    millis += Number(part[1]) * MILLIS[part[2] as keyof typeof MILLIS];
  }
  return millis;
}
