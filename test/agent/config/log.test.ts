import assert from 'node:assert/strict';
import { diag, DiagLogLevel } from '@opentelemetry/api';
import { diagLogger, Logger, mayBeColoured, type LoggerOptions } from '@wgotel/agent';
import { describe, it } from 'mocha';
import { WriteStream } from 'node:tty';

function logged(write: (log: Logger) => void, options: LoggerOptions & { hasColors?: () => boolean } = {}): string[] {
  const lines: string[] = [];
  const stream = { write: (line: string) => lines.push(line), hasColors: options.hasColors ?? (() => false) };
  write(new Logger({ stream, now: () => Date.UTC(2026, 10, 21, 22, 4, 48, 123), ...options }));
  return lines;
}

describe('the log', () => {
  it('has lines in the form of the Collector', () =>
    assert.deepEqual(
      logged((log) => {
        log.info('message', { key: 'value', number: 1, absent: undefined });
        log.warn('alone');
      }),
      [
        '2026-11-21T22:04:48.123Z\tinfo\tmessage\t{"key": "value", "number": 1}\n',
        '2026-11-21T22:04:48.123Z\twarn\talone\n',
      ],
    ));

  it('tells the journal of systemd the level of each line', () => {
    const all = (log: Logger): void => (log.debug('d'), log.info('i'), log.warn('w'), log.error('e'));
    const lines = logged(all, { level: 'debug', journal: true });
    assert.deepEqual(
      lines.map((line) => [line.slice(0, 3), line.at(-2)]),
      [
        ['<7>', 'd'],
        ['<6>', 'i'],
        ['<4>', 'w'],
        ['<3>', 'e'],
      ],
    );
  });

  it('leaves out what is less important than asked for', () => {
    const all = (log: Logger): void => (log.debug('d'), log.info('i'), log.warn('w'), log.error('e'));
    const messages = (options?: LoggerOptions): string =>
      logged(all, options)
        .map((line) => line.at(-2))
        .join('');
    assert.deepEqual([messages(), messages({ level: 'debug' }), messages({ level: 'error' })], ['iwe', 'diwe', 'e']);
  });

  it('colours the level where there are colours', () => {
    const [line] = logged((log) => log.error('m'), { hasColors: () => true });
    assert.equal(line, '2026-11-21T22:04:48.123Z\t\u001b[31merror\u001b[39m\tm\n');
  });

  for (const [value, coloured] of [
    [undefined, true],
    ['', true],
    ['1', false],
  ] as const) {
    it(`${coloured ? 'colours' : 'does not colour'} a terminal with NO_COLOR ${value ?? 'unset'}`, () => {
      const terminal = { hasColors: (env: object) => WriteStream.prototype.hasColors(env) };
      const env = { TERM: 'xterm-256color', NO_COLOR: value };
      assert.equal(mayBeColoured(terminal, env), coloured);
    });
  }

  it('shows what could play tricks on a terminal as escapes', () => {
    const [line] = logged((log) => log.info('a\nb\u001b[2J\u202e\u009b', { name: '\u2066x\u2028' }));
    assert.equal(
      line,
      '2026-11-21T22:04:48.123Z\tinfo\ta\\u000ab\\u001b[2J\\u202e\\u009b\t{"name": "\\u2066x\\u2028"}\n',
    );
  });

  it('has the lines of components that use diag', () => {
    const lines = logged(
      (log) => {
        diag.setLogger(diagLogger(log), DiagLogLevel.ALL);
        diag.error('it failed', new Error('how'));
        const component = diag.createComponentLogger({ namespace: '@wgotel/core' });
        component.warn('wg0: no access');
        component.error('a scrape failed', new Error('why'));
        diag.disable();
      },
      { level: 'debug' },
    );
    assert.deepEqual(
      lines.slice(0, -1).map((line) =>
        line
          .split('\t')
          .slice(1)
          .join(' ')
          .replace(/ v[\d.]+$/m, ''),
      ),
      [
        // The API's own, which are of no component; it says another one in the end.
        'debug @opentelemetry/api: Registered a global for diag\n',
        'error it failed {"error": "how"}\n',
        'warn wg0: no access {"logger": "@wgotel/core"}\n',
        'error a scrape failed {"logger": "@wgotel/core", "error": "why"}\n',
      ],
    );
  });
});
