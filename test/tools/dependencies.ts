import { readFileSync } from 'node:fs';
import { installedWith, readDependency, type Dependency } from '../support/dependencies.js';
import { repositoryPath } from '../support/repository.js';
import { formatPage, withGenerated } from './generated.js';

/** What is installed with our packages, for people. */
export const DEPENDENCIES_PAGE = repositoryPath('docs/dependencies.md');

/** Our packages, by their folders. */
export const PACKAGES: readonly string[] = ['packages/core', 'packages/agent', 'packages/simulator'];

/** Why there is each direct dependency. */
const REASONS: Readonly<Record<string, string>> = {
  '@grpc/grpc-js': 'OTLP/gRPC, over HTTP/2 with deadlines and TLS',
  '@opentelemetry/api': 'what a library of OpenTelemetry is allowed to depend on: types, context, `diag`',
  '@opentelemetry/api-logs': 'types of log records, which the API proper lacks',
  '@opentelemetry/otlp-transformer': 'the official serializers of log records, spans and metrics of the agent itself',
  '@opentelemetry/resources': 'the resource that the SDK’s providers take',
  '@opentelemetry/sdk-logs': 'events as log records',
  '@opentelemetry/sdk-metrics': 'metrics of the agent itself',
  '@opentelemetry/sdk-trace': 'sessions as spans',
  '@wgotel/core': 'ours',
  bcryptjs:
    'passwords of those who ask for a page, in the form of Prometheus; loaded only then, in a thread of its own',
  commander: 'commands, options and their help',
  'csv-parse': 'files of names in CSV, quoted as spreadsheets do',
  execa: 'runs `wg` without a shell and ends it in time; loaded only then',
  'ipaddr.js': 'normal forms of IPv6 prefixes in files that devices are compared with',
  koffi: 'netlink sockets, which Node lacks; loaded only then, and optional',
  protobufjs: 'OTLP as JSON, and `RetryInfo` out of gRPC statuses',
  re2js: 'regular expressions as the Collector has them, in linear time',
  'smol-toml': 'files of names in TOML',
  'string-width': 'columns of tables with names in any script',
  undici: 'OTLP/HTTP through proxies, with certificates that change; loaded only then',
  ws: 'lines over WebSocket; loaded only then',
  yaml: 'the configuration file, with positions for what is wrong',
  zod: 'checks the configuration, and makes its JSON Schema',
};

/** Writes docs/dependencies.md.
 *
 *  @throws {Error} if a direct dependency has no reason, or a reason no dependency */
export async function generateDependencies(): Promise<string> {
  const page = readFileSync(DEPENDENCIES_PAGE, 'utf8');
  const unused = new Set(Object.keys(REASONS));
  const sections = PACKAGES.map((folder) => {
    const root = readDependency(folder);
    for (const { name } of root.needs) unused.delete(name);
    return section(root);
  });
  if (unused.size > 0) throw new Error(`no package needs ${[...unused].join(', ')}: take out the reason`);
  return formatPage(DEPENDENCIES_PAGE, withGenerated(page, 'npm run generate', sections.join('\n\n')));
}

function section(root: Dependency): string {
  const all = installedWith(root);
  const direct = root.needs.map(({ name, version }) => `| \`${name}\` | ${version} | ${reasonOf(name)} |`);
  const rows = all.map(
    ({ name, version, licence, hasInstallScript, isOptional }) =>
      `| \`${name}\` | ${version} | ${licence ?? 'none'} | ${[hasInstallScript ? 'install script' : [], isOptional ? 'optional' : []].flat().join(', ')} |`,
  );
  return [
    `## ${root.name}`,
    '',
    '| direct dependency | version | for |',
    '| --- | --- | --- |',
    ...direct,
    '',
    `${all.length} packages in all:`,
    '',
    '| package | version | licence | |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function reasonOf(name: string): string {
  const reason = REASONS[name];
  if (reason === undefined)
    throw new Error(`${name} is a dependency without a reason: add it to test/tools/dependencies.ts`);
  return reason;
}
