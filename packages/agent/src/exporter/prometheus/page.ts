import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { headOf, type Family, type Format } from './family.js';

/** Text is turned into bytes in pieces of about this many characters. */
const PIECE = 64 * 1024;

/** What is sent of a page. */
export interface Body {
  readonly pieces: readonly Buffer[];
  /** In bytes. */
  readonly length: number;
}

/** Gathers the samples of one metric. */
export class Samples {
  readonly family: Family;
  readonly #pieces: Buffer[] = [];
  #text = '';

  constructor(family: Family) {
    this.family = family;
  }

  /** Adds a sample.
   *
   *  @param labels as they stand between the braces; empty: none
   *  @param suffix of the name, for histograms */
  add(labels: string, value: number, suffix: string = ''): void {
    const { name } = this.family;
    this.#text += labels === '' ? `${name}${suffix} ${value}\n` : `${name}${suffix}{${labels}} ${value}\n`;
    if (this.#text.length > PIECE) this.#cut();
  }

  /** The lines so far. */
  get pieces(): readonly Buffer[] {
    if (this.#text !== '') this.#cut();
    return this.#pieces;
  }

  #cut(): void {
    this.#pieces.push(Buffer.from(this.#text));
    this.#text = '';
  }
}

/** A page of metrics. What was written once is kept: in both formats the samples are the same bytes. */
export class Page {
  readonly #samples = new Map<string, Samples>();
  readonly #bodies = new Map<string, Promise<Body>>();

  /** Where the samples of a metric go. The first to speak of one describes it. */
  samplesOf(family: Family): Samples {
    let samples = this.#samples.get(family.name);
    if (samples === undefined) this.#samples.set(family.name, (samples = new Samples(family)));
    return samples;
  }

  /** The page as it is sent. To be called once it is complete. */
  body(format: Format, compressed: boolean): Promise<Body> {
    const key = `${format} ${compressed}`;
    let body = this.#bodies.get(key);
    if (body === undefined) {
      body = compressed ? this.body(format, false).then(gzip) : Promise.resolve(this.#plain(format));
      this.#bodies.set(key, body);
    }
    return body;
  }

  #plain(format: Format): Body {
    const pieces: Buffer[] = [];
    for (const { family, pieces: lines } of this.#samples.values()) {
      if (lines.length > 0) pieces.push(Buffer.from(headOf(family, format)), ...lines);
    }
    if (format === 'openmetrics') pieces.push(Buffer.from('# EOF\n'));
    return toBody(pieces);
  }
}

function toBody(pieces: readonly Buffer[]): Body {
  return { pieces, length: pieces.reduce((sum, piece) => sum + piece.length, 0) };
}

/** At the level that costs least: it is for the way to a neighbour. */
async function gzip({ pieces }: Body): Promise<Body> {
  const compressed: Buffer[] = [];
  await pipeline(Readable.from(pieces), createGzip({ level: 1 }), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) compressed.push(chunk);
  });
  return toBody(compressed);
}
