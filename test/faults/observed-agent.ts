import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { get } from 'node:http';
import type { Deliveries, SenderState, Signal } from '@wgotel/agent';
import type { AgentProcess } from '../agent/run/agent-process.js';
import { until } from '../support/process.js';
import { peakMemoryOf } from '../support/process-cost.js';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** What takes this long does not happen, also on a machine with much else to do, in milliseconds. */
const PATIENCE = 60_000;

type Delivering = SenderState & Deliveries;

/** What a test wants to know of the status of an agent. */
export interface Status {
  readonly reloadProblem?: string;
  readonly receivers: Readonly<
    Record<
      string,
      {
        readonly lastScrape?: number;
        readonly skippedScrapes: number;
        readonly devices: readonly { name: string; up?: 0 | 1; peers: Record<string, number> }[];
        readonly failures: readonly { code: string; device?: string }[];
      }
    >
  >;
  readonly exporters: Readonly<Record<string, Readonly<Partial<Record<Signal, Delivering>>>>>;
  readonly stateSocket?: { readonly clients: number; readonly dropped: number };
}

/** A real agent, and what can be told of it from outside. */
export class ObservedAgent {
  readonly #process: AgentProcess;
  readonly #health: number;
  #code: number | string | undefined;
  #expectedCode: number | string = 0;
  #peak = 0;
  #ready: Promise<void> | undefined;

  constructor(process: AgentProcess, health: number) {
    this.#process = process;
    this.#health = health;
    void process.ended.then(([code, signal]) => (this.#code = signal ?? code ?? 'gone'));
  }

  get pid(): number {
    return this.#process.child.pid!;
  }

  /** The most memory it has had when its status was asked last, in MB. */
  get peak(): number {
    return this.#peak;
  }

  /** How many files, sockets and pipes it has open. */
  get open(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }

  /** All it has written. */
  get text(): string {
    return this.#process.output.err + this.#process.output.out;
  }

  /** Its log, without a line that is still being written. */
  get log(): LogLine[] {
    const lines = this.#process.output.err.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as LogLine);
  }

  /** How many lines say so. */
  said(message: string | RegExp, level?: LogLine['level']): number {
    const isMeant = (msg: string): boolean => (typeof message === 'string' ? msg === message : message.test(msg));
    return this.log.filter((line) => isMeant(line.msg) && (level === undefined || line.level === level)).length;
  }

  /** How many lines are warnings or worse. */
  get warnings(): string[] {
    return this.log.filter(({ level }) => level === 'warn' || level === 'error').map(({ msg }) => msg);
  }

  async until(what: string, probe: () => unknown, timeoutMs = PATIENCE): Promise<void> {
    await until(
      what,
      async () => {
        assert.equal(this.#code, undefined, `the agent ended before ${what}: ${this.text.slice(-1500)}`);
        return Boolean(await probe());
      },
      { timeoutMs },
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.text.slice(-3000)}`, { cause: error });
    });
  }

  /** Asks `/-/status`, once it has scraped; the accounts must balance whenever it is asked. */
  async status(): Promise<Status> {
    await (this.#ready ??= this.until('it is ready', () =>
      ask(this.#health, '/-/ready').then(
        (answer) => answer === 'ready\n',
        () => false,
      ),
    ));
    this.#peak = Math.round(peakMemoryOf(this.pid) / 2 ** 20);
    const status = JSON.parse(await ask(this.#health, '/-/status')) as Status;
    for (const signals of Object.values(status.exporters)) Object.values(signals).forEach(assertBalanced);
    return status;
  }

  /** How it gets on with sending metrics. */
  async metrics(exporter = 'otlp_grpc'): Promise<Delivering> {
    return (await this.status()).exporters[exporter]!.metrics!;
  }

  /** Waits for so many more scrapes. */
  async scrapes(count: number, exporter = 'otlp_grpc'): Promise<void> {
    const before = (await this.metrics(exporter)).enqueued.requests;
    await this.until('it scrapes', async () => (await this.metrics(exporter)).enqueued.requests >= before + count);
  }

  /** Waits until nothing is left to be sent but what has just come. */
  async catchesUp(exporter = 'otlp_grpc'): Promise<void> {
    await this.until('all is sent', async () => {
      const { failure, queued } = await this.metrics(exporter);
      return failure === undefined && queued.requests <= 1;
    });
  }

  /** Nobody reads its log any more. */
  closeLog(): void {
    this.#process.child.stderr!.destroy();
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.child.kill(signal);
  }

  /** Waits until it has ended, with a code or by a signal. */
  async ended(expected: number | NodeJS.Signals): Promise<void> {
    this.#expectedCode = expected;
    await until('it ends', () => this.#code !== undefined, { timeoutMs: PATIENCE });
    assert.equal(this.#code, expected, this.text.slice(-1500));
  }

  /** Ends it in good order. Returns what became of its metrics in the end, by its last line. */
  async end(exporter = 'otlp_grpc'): Promise<Deliveries> {
    this.signal('SIGTERM');
    await this.ended(0);
    const last = this.log.at(-1) as unknown as Record<string, { metrics: Deliveries }>;
    const { metrics } = last[exporter]!;
    assertBalanced(metrics);
    return metrics;
  }

  /** Checks that it has written its log and nothing else, such as of an error that nobody caught, and has not ended in another
   *  way than was expected. */
  assertOrderly(): void {
    assert.ok(this.log.every(({ level, msg }) => level !== undefined && msg !== undefined));
    assert.equal(this.#process.output.out, '');
    if (this.#code !== undefined) assert.equal(this.#code, this.#expectedCode);
  }

  async kill(): Promise<void> {
    this.#process.child.kill('SIGKILL');
    await this.#process.ended;
  }
}

/** Asks an agent something. Rejects if it does not answer. */
export function ask(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = get({ port, host: '127.0.0.1', path, agent: false, timeout: 20_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve(body)).on('error', reject);
    });
    asked.on('error', reject).on('timeout', () => asked.destroy(new Error('no answer in time')));
  });
}

function assertBalanced({ enqueued, sent, queued, dropped }: Deliveries): void {
  for (const unit of ['requests', 'items'] as const) {
    const counts = [sent, queued, ...Object.values(dropped)].map((count) => count[unit]);
    const sum = counts.reduce((total, count) => total + count, 0);
    assert.equal(sum, enqueued[unit], `${unit}: sent + queued + dropped is not what was enqueued`);
  }
}
