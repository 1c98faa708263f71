import { styleText } from 'node:util';
import type { DiagLogger } from '@opentelemetry/api';
import { mayBeColoured, type MaybeTerminal } from './colour.js';
import { leadsToJournal } from './journal.js';

/** From the most to the least talkative. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

const COLOURS = { debug: 'magenta', info: 'blue', warn: 'yellow', error: 'red' } as const;

/** Those of syslog. At the beginning of a line, systemd's journal takes them for its own and leaves them out: sd-daemon(3). */
const PRIORITIES = { debug: 7, info: 6, warn: 4, error: 3 } as const;

/** How lines are written: for people, or as JSON. Both as the Collector does. */
export type LogEncoding = 'console' | 'json';

/** Where lines go: standard error, or a test's list. */
export interface LogStream extends MaybeTerminal {
  write(line: string): unknown;
}

export interface LoggerOptions {
  /** What is less important is left out. Default: `info`. */
  readonly level?: LogLevel | undefined;
  /** Default: `console`. */
  readonly encoding?: LogEncoding | undefined;
  /** Default: standard error. */
  readonly stream?: LogStream | undefined;
  /** Whether lines go to systemd's journal, which is told their level. Default: whether standard error does. */
  readonly journal?: boolean | undefined;
  /** The time, in milliseconds since the epoch. Default: the system's. */
  readonly now?: (() => number) | undefined;
}

/** Writes lines in the form of the Collector's console log: time, level, message and fields, with tabs between. */
export class Logger {
  #least: number;
  #encoding: LogEncoding;
  readonly #stream: LogStream;
  readonly #now: () => number;
  readonly #coloured: boolean;
  readonly #journal: boolean;

  constructor({
    level = 'info',
    encoding = 'console',
    stream = process.stderr,
    journal = stream === process.stderr && leadsToJournal(process.stderr.fd),
    now = Date.now,
  }: LoggerOptions = {}) {
    this.#least = LOG_LEVELS.indexOf(level);
    this.#encoding = encoding;
    this.#stream = stream;
    this.#now = now;
    this.#coloured = mayBeColoured(stream);
    this.#journal = journal;
  }

  /** Changes what is written from now on, and how. */
  configure({ level, encoding }: { level: LogLevel; encoding: LogEncoding }): void {
    this.#least = LOG_LEVELS.indexOf(level);
    this.#encoding = encoding;
  }

  debug(message: string, fields?: object): void {
    this.#write('debug', message, fields);
  }

  info(message: string, fields?: object): void {
    this.#write('info', message, fields);
  }

  warn(message: string, fields?: object): void {
    this.#write('warn', message, fields);
  }

  error(message: string, fields?: object): void {
    this.#write('error', message, fields);
  }

  #write(level: LogLevel, message: string, fields: object = {}): void {
    if (LOG_LEVELS.indexOf(level) < this.#least) return;
    const ts = new Date(this.#now()).toISOString();
    const prefix = this.#journal ? `<${PRIORITIES[level]}>` : '';
    if (this.#encoding === 'json') {
      this.#stream.write(`${prefix}${printable(JSON.stringify({ level, ts, msg: message, ...fields }))}\n`);
      return;
    }
    const columns = [
      ts,
      this.#coloured ? styleText(COLOURS[level], level, { validateStream: false }) : level,
      printable(message),
    ];
    const members = Object.entries(fields).filter(([, value]) => value !== undefined);
    if (members.length > 0) {
      const texts = members.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
      columns.push(printable(`{${texts.join(', ')}}`));
    }
    this.#stream.write(`${prefix}${columns.join('\t')}\n`);
  }
}

/** Lets what the OpenTelemetry API's `diag` is told land in the log. */
export function diagLogger(log: Logger): DiagLogger {
  const to =
    (level: LogLevel) =>
    (...args: unknown[]): void => {
      // A component logger puts its namespace before the message; the API itself has none.
      const logger = typeof args[1] === 'string' ? args.shift() : undefined;
      const [message, error] = args;
      log[level](String(message), { logger, error: error instanceof Error ? error.message : error });
    };
  return { error: to('error'), warn: to('warn'), info: to('info'), debug: to('debug'), verbose: to('debug') };
}

/** Names and servers' messages are not ours: they must not move the cursor, begin a line or turn text around. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
