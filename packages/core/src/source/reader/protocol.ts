interface ReaderProtocol {
  readonly version: number;
  readonly greeting: string;
  readonly request: string;
  readonly header: (program: string) => string;
  readonly enough: string;
  readonly socket: string;
}

/** Of what a reader answers: raised when those who know an earlier one would misread it. docs/sources.md describes it. */
const VERSION = 1;

/** What a reader and those who ask it agree on. */
export const READER_PROTOCOL: ReaderProtocol = {
  version: VERSION,
  /** The first word of every request and of every answer. */
  greeting: 'wgotel-reader',
  /** Asks for a reading. */
  request: `wgotel-reader\t${VERSION}\tread\n`,
  /** The first line of an answer of this version of the program. */
  header: (program) => `wgotel-reader\t${VERSION}\t${program}\n`,
  /** Asks for what has been read so far. */
  enough: 'enough\n',
  /** Where a reader listens unless somebody says otherwise. */
  socket: '/run/wgotel-reader/reader.sock',
};

/** Stands for a preshared key that there is. */
export const SET = '(set)';
