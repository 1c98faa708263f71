import type { SourceFailure, WireGuardErrorCode } from '@wgotel/core';
import { Scraper } from '../../agent/scraper.js';
import type { ReceiverConfig } from '../../config/configuration.js';
import { Logger } from '../../log.js';
import type { Finding } from './report.js';

/** Reads once as a receiver would, and says how each device, source and file of names fared. */
export async function checkReceiver(id: string, config: ReceiverConfig): Promise<Finding[]> {
  const scraper = new Scraper(config, {}, false, new Logger({ level: 'error' }));
  const { devices, failures, notes } = await scraper.scrapeOnce();
  const findings = devices
    .filter(({ up, readTime }) => up !== undefined && readTime > 0)
    .map(({ device, peers, up, series }): Finding => {
      const name = `receivers.${id}, ${series.device}`;
      if (up === 0)
        return {
          verdict: 'warn',
          what: name,
          found: 'it is down or not there',
          fix: `bring it up: ip link set ${series.device} up`,
        };
      return {
        verdict: 'ok',
        what: name,
        found: `read by ${device.source}, ${peers.length} ${peers.length === 1 ? 'peer' : 'peers'}`,
      };
    });
  findings.push(...failures.map((failure) => ofFailure(id, failure)));
  if (findings.length === 0) {
    const found =
      notes.map(({ source, message }) => `${source}: ${message}`).join('; ') || 'there is no WireGuard device';
    findings.push({
      verdict: 'fail',
      what: `receivers.${id}`,
      found,
      fix: 'bring a device up, for example with wg-quick up wg0',
    });
  }
  for (const [path, problem] of scraper.nameProblems) {
    findings.push({
      verdict: 'warn',
      what: `receivers.${id}, names in ${path}`,
      found: problem,
      fix: 'mend the file, or take it out of names',
    });
  }
  return findings;
}

const FIXES: Partial<Record<WireGuardErrorCode, string>> = {
  SOURCE_UNAVAILABLE: 'install wireguard-tools, or set command',
  TIMEOUT: 'set a longer timeout, or look why the device is slow',
};

function ofFailure(id: string, { source, device, code, message }: SourceFailure): Finding {
  const what = `receivers.${id}, ${device ?? source}`;
  const fix = code === 'PERMISSION_DENIED' ? permissionFix(source) : FIXES[code];
  return { verdict: 'fail', what, found: message, fix };
}

/** Which privilege a source needs, and the drop-in of the systemd unit that grants it. */
function permissionFix(source: string): string {
  return source === 'uapi'
    ? 'run as root, or grant CAP_DAC_OVERRIDE: deploy/systemd/wgotel.service.d/userspace.conf'
    : 'run as root, or grant CAP_NET_ADMIN: deploy/systemd/wgotel.service does; other namespaces need CAP_SYS_ADMIN: deploy/systemd/wgotel.service.d/netns.conf';
}
