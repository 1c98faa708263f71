import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { SeverityNumber } from '@opentelemetry/api-logs';
import type { WebhookFormat } from '../../config/configuration.js';

/** What is posted of one event. */
export interface WebhookMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Writes an event as a server of webhooks takes it; docs/webhooks.md describes each format.
 *
 *  @param leftOut how many events were not posted since the message before */
export function toMessage(format: WebhookFormat, record: ReadableLogRecord, leftOut: number): WebhookMessage {
  return FORMATS[format](record, leftOut);
}

const FORMATS: Readonly<Record<WebhookFormat, (record: ReadableLogRecord, leftOut: number) => WebhookMessage>> = {
  json: (record, leftOut) => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      event: record.eventName,
      time: new Date(record.hrTime[0] * 1000 + record.hrTime[1] / 1e6).toISOString(),
      severity: isWarning(record) ? 'WARN' : 'INFO',
      message: textOf(record),
      attributes: record.attributes,
      resource: record.resource.attributes,
      leftOut,
    }),
  }),

  /** Source: https://docs.slack.dev/messaging/formatting-message-text/#escaping */
  slack: (record, leftOut) => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      text: [titleOf(record), ...linesOf(record, leftOut)]
        .join('\n')
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;'),
    }),
  }),

  /** Source: https://docs.ntfy.sh/publish/ */
  ntfy: (record, leftOut) => ({
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      title: encodedWord(titleOf(record)),
      priority: isWarning(record) ? '4' : '3',
      tags: [isWarning(record) ? 'warning' : 'information_source', record.eventName].filter(Boolean).join(','),
    },
    body: linesOf(record, leftOut).join('\n'),
  }),
};

export function isWarning({ severityNumber = SeverityNumber.UNSPECIFIED }: ReadableLogRecord): boolean {
  return severityNumber >= SeverityNumber.WARN;
}

function textOf({ body, eventName = '' }: ReadableLogRecord): string {
  return typeof body === 'string' ? body : eventName;
}

function titleOf({ resource }: ReadableLogRecord): string {
  const host = resource.attributes['host.name'];
  return typeof host === 'string' ? `WireGuard on ${host}` : 'WireGuard';
}

function linesOf(record: ReadableLogRecord, leftOut: number): string[] {
  const events = leftOut === 1 ? 'event was' : 'events were';
  return [textOf(record), ...(leftOut > 0 ? [`${leftOut} more ${events} left out before this one.`] : [])];
}

/** A header takes ASCII only. Source: RFC 2047, section 2 */
function encodedWord(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
}
