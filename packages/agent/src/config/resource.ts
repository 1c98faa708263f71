import type { Attributes } from '@wgotel/core';
import { variable, type Environment } from './environment.js';
import { parseKeyValues } from './key-values.js';
import type { Problems } from './problems.js';

/** Reads what the environment says of the resource.
 *  Source: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ */
export function readResource(env: Environment, problems: Problems): Attributes {
  const attributes = variable(env, 'OTEL_RESOURCE_ATTRIBUTES');
  const name = variable(env, 'OTEL_SERVICE_NAME');
  return {
    ...(attributes && parseKeyValues(attributes.text, (problem) => problems.add(attributes.option, problem))),
    ...(name && { 'service.name': name.text }),
  };
}
