import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { until, type RunningProcess } from '../support/process.js';

/** How a page is asked for. */
export interface Asking {
  readonly url: string;
  readonly gzip: boolean;
  /** Between two requests, in milliseconds. */
  readonly interval: number;
  /** How often the program has read its devices; absent: once a request. */
  readonly readings?: () => Promise<number>;
}

export interface PageCost {
  /** CPU of a reading with its page: the program and its children that have ended, user and system, in milliseconds. */
  readonly cpu: number;
  /** As sent. */
  readonly bytes: number;
  readonly series: number;
  /** Largest resident set of the program, without children, in bytes. */
  readonly rss: number;
}

/** In milliseconds. V8 tidies up once more some 25 s after the start of a program; no page of a program that goes on for weeks
 *  has that in it. */
const WARM_UP = 45_000;
const PAGES = 30;
/** No further page is asked for after this time, in milliseconds, neither in the warm-up nor after. */
const LONGEST = 60_000;
/** Milliseconds of a tick in /proc, 100 a second on Linux whatever the kernel's own clock. */
const TICK = 10;

/** Scrapes a program that has just been started, and measures it over the pages that come after a warm-up. */
export async function measurePages(program: RunningProcess, asking: Asking): Promise<PageCost> {
  const { url, gzip, interval } = asking;
  const ask = (): Promise<Buffer | undefined> => page(url, gzip).catch(() => undefined);
  const isServed = async (): Promise<boolean> => seriesOf(await ask(), gzip) > 1;
  await until(`a page at ${url}`, isServed, { process: program, timeoutMs: 60_000 });
  await scrape(WARM_UP / interval, interval, ask);

  const [before, firstReading] = [cpuOf(program.pid), await asking.readings?.()];
  const { count, last } = await scrape(PAGES, interval, ask);
  const [after, lastReading] = [cpuOf(program.pid), await asking.readings?.()];
  const readings = firstReading === undefined || lastReading === undefined ? count : lastReading - firstReading;
  return {
    cpu: (after - before) / readings,
    bytes: last?.length ?? 0,
    series: seriesOf(last, gzip),
    rss: 1024 * Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${program.pid}/status`, 'utf8'))?.[1]),
  };
}

/** Asks at fixed times, as Prometheus does, and returns how often and the last answer. */
async function scrape<T>(
  times: number,
  interval: number,
  ask: () => Promise<T>,
): Promise<{ readonly count: number; readonly last: T | undefined }> {
  const begun = performance.now();
  let [count, last]: [number, T | undefined] = [0, undefined];
  while (count < times && performance.now() - begun < LONGEST) {
    last = await ask();
    count++;
    await delay(Math.max(0, begun + count * interval - performance.now()));
  }
  return { count, last };
}

/** Source: proc_pid_stat(5), fields 14 to 17: utime, stime, cutime, cstime. */
function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * TICK, 0);
}

function page(url: string, gzip: boolean): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': gzip ? 'gzip' : 'identity' };
    get(url, { headers, timeout: 60_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks)));
      response.on('error', reject);
    }).on('error', reject);
  });
}

function seriesOf(body: Buffer | undefined, gzip: boolean): number {
  if (body === undefined || body.length === 0) return 0;
  const text = (gzip ? gunzipSync(body) : body).toString();
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
}
