/** Parses `key1=value1,key2=value2` with percent-encoded values, as OTEL_EXPORTER_OTLP_HEADERS and
 *  OTEL_RESOURCE_ATTRIBUTES hold it. Space around keys and values, and empty entries, mean nothing.
 *  Source: https://opentelemetry.io/docs/specs/otel/resource/sdk/#specifying-resource-information-via-an-environment-variable
 *
 *  @param onProblem told of each entry that can't be read, by its place in the list: the text may be a secret */
export function parseKeyValues(text: string, onProblem: (problem: string) => void): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [index, entry] of text.split(',').entries()) {
    if (entry.trim() === '') continue;
    const equals = entry.indexOf('=');
    const key = entry.slice(0, Math.max(equals, 0)).trim();
    const value = percentDecoded(entry.slice(equals + 1).trim());
    if (key === '') onProblem(`entry ${index + 1} is not of the form key=value`);
    else if (value === undefined) onProblem(`the value of '${key}' has a % that does not begin a percent-encoded byte`);
    else values[key] = value;
  }
  return values;
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
