import type { Checker } from './checker.js';
import type { Configuration, ExporterConfig, ProfilesConfig } from './configuration.js';

/** Refuses pages that would tell what a receiver is to keep. */
export function checkPrivacy(
  { pages, textfiles, receivers }: Pick<Configuration, 'pages' | 'textfiles' | 'receivers'>,
  checker: Checker,
): void {
  for (const [id, page] of Object.entries({ ...pages, ...textfiles })) {
    for (const receiver of page.receivers) {
      const { identity, endpoints } = receivers[receiver] ?? {};
      const refuse = (profiles: readonly string[], what: string, key: string): void => {
        if (profiles.length === 0) return;
        const why = `${profiles.join(' and ')} tells ${what}, which receivers.${receiver}.${key} keeps`;
        checker.problem(['exporters', id, 'profiles'], `${why}: leave it out, or let a receiver of its own lead to it`);
      };
      if (identity?.mode === 'hmac') refuse(withKeys(page.profiles), 'public keys', 'identity');
      if (endpoints !== undefined && endpoints !== 'full') {
        refuse(withEndpoints(page.profiles), 'endpoints', 'endpoints');
      }
    }
  }
}

function withKeys(profiles: ProfilesConfig): string[] {
  return Object.keys(profiles).filter((name) => name !== 'native' && name !== 'wg-easy');
}

function withEndpoints({ mindflavor, mdlayher }: ProfilesConfig): string[] {
  return [...(mindflavor?.remoteIpAndPort === true ? ['mindflavor'] : []), ...(mdlayher ? ['mdlayher'] : [])];
}

/** Types of exporters that send lines. */
const LINES: ReadonlySet<ExporterConfig['type'] | undefined> = new Set(['influxdb', 'grafana_live']);

/** Refuses exporters of lines, whose peers go by their public keys, for receivers that are to keep these. */
export function checkLines(
  { exporters, pipelines, receivers }: Pick<Configuration, 'exporters' | 'pipelines' | 'receivers'>,
  checker: Checker,
): void {
  for (const pipeline of Object.values(pipelines)) {
    for (const id of pipeline.exporters.filter((each) => LINES.has(exporters[each]?.metrics?.type))) {
      for (const receiver of pipeline.receivers.filter((each) => receivers[each]?.identity.mode === 'hmac')) {
        const why = `tells public keys, as Telegraf does, which receivers.${receiver}.identity keeps`;
        checker.problem(['exporters', id], `${why}: leave it out, or let a receiver of its own lead to it`);
      }
    }
  }
}
