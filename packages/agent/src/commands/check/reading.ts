import type { SourceFailure, WireGuardErrorCode } from '@wgotel/core';
import { Scraper } from '../../agent/scraper.js';
import type { ReceiverConfig } from '../../config/configuration.js';
import { Logger } from '../../log.js';
import { wasRead } from '../once/outcome.js';
import type { Finding } from './report.js';

/** Reads once as a receiver would, and says how each device, source and file of names fared. */
export async function checkReceiver(id: string, config: ReceiverConfig): Promise<Finding[]> {
  const scraper = new Scraper(config, {}, false, new Logger({ level: 'error' }));
  const { devices, failures, notes } = await scraper.receiver.scrape();
  const findings = devices
    .filter(({ up, readTime }) => up !== undefined && readTime > 0)
    .map((view): Finding => {
      const { device, peers, up, series } = view;
      const name = whatOf(id, series.device, series.netns);
      if (!wasRead(view)) {
        const fix = `bring it up, for example with wg-quick up ${series.device}, or take it out of devices`;
        return { verdict: 'fail', what: name, found: 'it is required, and not there', fix };
      }
      if (up === 0) {
        return {
          verdict: 'warn',
          what: name,
          found: 'it is down',
          fix: `bring it up: ip link set ${series.device} up`,
        };
      }
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
  for (const [path, problem] of scraper.fileProblems) {
    findings.push({
      verdict: 'warn',
      what: `receivers.${id}, ${path}`,
      found: problem,
      fix: fileFix(problem),
    });
  }
  return findings;
}

const DROP_INS = 'deploy/systemd/wgotel.service.d';

/** Whose failure it may be is not told. */
const TO_THE_READER = ' (to the reader, where one reads)';

function whatOf(id: string, read: string, netns: string | undefined): string {
  return `receivers.${id}, ${read}${netns === undefined ? '' : ` in ${netns}`}`;
}

function fixOf(code: WireGuardErrorCode, source: string, netns: string | undefined): string | undefined {
  if (source === 'reader') return 'see that wgotel reader runs, and what it says: journalctl --unit wgotel-reader';
  if (code === 'TIMEOUT') return 'set a longer timeout, or look why the device is slow';
  if (code !== 'SOURCE_UNAVAILABLE') return undefined;
  return netns === undefined
    ? 'see that this can be reached: wireguard-tools, koffi, what command names, or the recording'
    : 'see that the namespace is there: ip netns list, or the process of pid:N';
}

/** What a failure to read is to an operator. */
export function ofFailure(id: string, { source, device, netns, code, message }: SourceFailure): Finding {
  const what = whatOf(id, device ?? source, netns);
  const fix = code === 'PERMISSION_DENIED' ? permissionFix(source, netns) : fixOf(code, source, netns);
  return { verdict: 'fail', what, found: message, fix };
}

/** Which privilege a source needs, and the drop-in of the systemd unit that grants it. */
function permissionFix(source: string, netns: string | undefined): string {
  if (source === 'reader') return 'run as the user that the reader runs as: sudo --user=wgotel, or as root';
  if (source === 'uapi') return `run as root, or grant CAP_DAC_OVERRIDE${TO_THE_READER}: ${DROP_INS}/userspace.conf`;
  if (netns !== undefined) return `run as root, or grant CAP_SYS_ADMIN too${TO_THE_READER}: ${DROP_INS}/netns.conf`;
  return `run as root, or grant CAP_NET_ADMIN: deploy/systemd/wgotel.service; for userspace devices CAP_DAC_OVERRIDE: ${DROP_INS}/userspace.conf`;
}

/** What to do about a file of names, or one that devices are compared with. */
export function fileFix(problem: string): string {
  return problem.includes('EACCES')
    ? `have root write what it may read, by wgotel names extract or wgotel drift extract: ${DROP_INS}/names.conf`
    : 'mend the file, or take it out of names or drift';
}
