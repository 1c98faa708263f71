import { systemClock } from '@wgotel/core';
import type { PageConfig } from '../../config/configuration.js';
import { ConfigError } from '../../config/problems.js';
import { WebAccess } from '../../exporter/prometheus/web-config/web-access.js';
import type { Finding } from './report.js';

/** Says where a page is, and whether its web configuration can be used. The place may be the running agent's. */
export async function checkPage(id: string, { listen, webConfigFile }: PageConfig): Promise<Finding> {
  const what = `exporters.${id}, ${listen.host || '*'}:${listen.port}`;
  if (webConfigFile === undefined)
    return { verdict: 'ok', what, found: 'everybody who reaches it may ask, in plain text' };
  try {
    const { current } = await WebAccess.read(webConfigFile, () => systemClock.monotonic());
    const remedy = { fix: 'replace it' };
    if (current.remark !== undefined) return { verdict: 'warn', what, found: current.remark, ...remedy };
    const by = [
      current.tls && 'over TLS',
      (current.users.size > 0 || current.bearerToken) && 'with a password or token',
    ];
    return {
      verdict: 'ok',
      what,
      found: `may be asked ${by.filter(Boolean).join(', ') || 'by everybody who reaches it'}`,
    };
  } catch (error) {
    const found = error instanceof ConfigError ? error.problems.join('; ') : (error as Error).message;
    return { verdict: 'fail', what, found, fix: 'mend the file, or name another' };
  }
}
