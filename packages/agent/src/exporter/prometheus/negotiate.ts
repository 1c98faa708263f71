import type { Format } from './family.js';

/** Chooses the format that a client likes best. Who says nothing, or nothing that there is, gets text. */
export function formatFor(accept: string | undefined): Format {
  const weights: Record<Format, number> = { text: 0, openmetrics: 0 };
  for (const { value, parameters, weight } of parse(accept)) {
    const version = parameters.get('version');
    if (value === 'application/openmetrics-text' && (version === undefined || /^(?:0\.0\.1|1\.0\.0)$/.test(version))) {
      weights.openmetrics = Math.max(weights.openmetrics, weight);
    } else if (/^(?:text\/(?:plain|\*)|\*\/\*)$/.test(value) && (version === undefined || version === '0.0.4')) {
      weights.text = Math.max(weights.text, weight);
    }
  }
  return weights.openmetrics > weights.text ? 'openmetrics' : 'text';
}

/** Whether a client takes gzip. */
export function takesGzip(acceptEncoding: string | undefined): boolean {
  const found = parse(acceptEncoding);
  const named =
    found.find(({ value }) => value === 'gzip' || value === 'x-gzip') ?? found.find(({ value }) => value === '*');
  return named !== undefined && named.weight > 0;
}

interface Choice {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** 0 to 1. */
  readonly weight: number;
}

/** Source: RFC 9110, section 12.4.2 */
function parse(header = ''): Choice[] {
  return header.split(',').map((choice) => {
    const [value = '', ...rest] = choice.split(';').map((part) => part.trim().toLowerCase());
    const parameters = new Map(
      rest.map((part): [string, string] => {
        const [name = '', given = ''] = part.split('=', 2);
        return [name.trim(), given.trim().replace(/^"(.*)"$/, '$1')];
      }),
    );
    const weight = Number(parameters.get('q') ?? 1);
    return { value, parameters, weight: weight >= 0 && weight <= 1 ? weight : 0 };
  });
}
