// Where the SDK's line registers its provider: sdk-lines.test.ts writes another one for 3.x.
export { logs } from '@opentelemetry/api-logs';
