import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Logger } from '../../log.js';
import { isLocalName, isLoopback } from '../../local-name.js';
import type { TroubleLog } from '../../trouble-log.js';
import type { Exposition } from './exposition.js';
import { CONTENT_TYPES } from './family.js';
import { refusalOf } from './guard.js';
import { formatFor, takesGzip } from './negotiate.js';
import type { Body } from './page.js';
import type { Passwords } from './passwords.js';
import type { WebAccess } from './web-config/web-access.js';

/** An answer that is not done by then is broken off, in milliseconds: Prometheus waits 10 s. */
const ANSWER_LIMIT = 30_000;

/** Answers under way at once. */
const MOST_ANSWERS = 64;

const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** What a {@link Site} is made of. */
export interface SiteParts {
  /** By path. */
  readonly pages: ReadonlyMap<string, Exposition>;
  /** `undefined`: everybody may ask, in plain text. */
  readonly access: WebAccess | undefined;
  readonly passwords: Passwords;
  readonly log: Logger;
  readonly troubles: TroubleLog;
}

/** Answers with pages. */
export class Site {
  readonly #parts: SiteParts;
  #answers = 0;

  constructor(parts: SiteParts) {
    this.#parts = parts;
  }

  get pages(): ReadonlyMap<string, Exposition> {
    return this.#parts.pages;
  }

  get access(): WebAccess | undefined {
    return this.#parts.access;
  }

  /** Answers one request. Never rejects. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const limit = setTimeout(() => request.socket.destroy(), ANSWER_LIMIT).unref();
    this.#answers++;
    response.once('close', () => {
      clearTimeout(limit);
      this.#answers--;
    });
    try {
      await this.#answer(request, response);
    } catch (error) {
      // Whoever asked may have gone; a page that can't be made is for the log.
      if (response.headersSent || response.destroyed) response.destroy();
      else {
        this.#parts.log.error('a page can not be made', { error: (error as Error).message });
        this.#refuse(response, 500, 'this page can not be made: the log of the agent says why');
      }
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers, socket } = request;
    const { pages, access, passwords, troubles } = this.#parts;
    // A page in a browser can be made to send requests to loopback under a name of its own.
    if (access === undefined && isLoopback(socket.localAddress) && !isLocalName(headers.host)) {
      return this.#refuse(response, 421, 'this server is addressed by its address or as localhost');
    }
    const refusal = access && (await refusalOf(headers.authorization, access.current, passwords));
    if (refusal !== undefined) {
      troubles.seen('credentials', 'somebody was refused: wrong credentials', { from: socket.remoteAddress });
      return this.#refuse(response, refusal.status, refusal.why);
    }
    if (method !== 'GET' && method !== 'HEAD') return this.#refuse(response, 405, 'only GET and HEAD');
    const exposition = pages.get(url.split('?', 1)[0]!);
    if (exposition === undefined) return this.#refuse(response, 404, `there is ${[...pages.keys()].join(', ')}`);
    if (this.#answers > MOST_ANSWERS) return this.#refuse(response, 503, 'too many ask at once');
    const format = formatFor(headers.accept);
    const compressed = takesGzip(asText(headers['accept-encoding']));
    const body = await (await exposition.page()).body(format, compressed);
    response.writeHead(200, {
      ...HEADERS,
      ...access?.current.headers,
      'content-type': CONTENT_TYPES[format],
      'content-length': body.length,
      vary: 'accept, accept-encoding',
      ...(compressed && { 'content-encoding': 'gzip' }),
    });
    if (method === 'HEAD') response.end();
    else await send(body, response);
  }

  #refuse(response: ServerResponse, status: number, why: string): void {
    const access = this.#parts.access?.current;
    const scheme = access !== undefined && access.users.size > 0 ? 'Basic' : 'Bearer';
    response.writeHead(status, {
      ...HEADERS,
      ...access?.headers,
      'content-type': 'text/plain; charset=utf-8',
      ...(status === 401 && { 'www-authenticate': `${scheme} realm="wgotel"` }),
    });
    response.end(`${why}\n`);
  }
}

/** Hands over as much as the client takes: all share the same bytes. */
async function send({ pieces }: Body, response: ServerResponse): Promise<void> {
  await pipeline(Readable.from(pieces), response);
}

function asText(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'object' ? header.join(',') : header;
}
