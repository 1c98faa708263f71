import { Writable } from 'node:stream';
import type { Source } from '@wgotel/core';
import { repositoryPath } from '../../support/repository.js';

const load = (file: string): Promise<unknown> => import(repositoryPath(`packages/agent/dist/${file}.js`));

// What @wgotel/agent keeps to itself.
export const { ReaderServer } = (await load(
  'reader/server',
)) as typeof import('../../../packages/agent/src/reader/server.js');
const { Logger } = (await load('log')) as typeof import('../../../packages/agent/src/log.js');

/** Starts a reader in this process.
 *
 *  @param onLine told what it logs, a line each */
export function startReader(
  path: string,
  source: Source,
  onLine: (line: string) => void = () => {},
): ReturnType<typeof ReaderServer.listen> {
  const stream = new Writable({
    write: (line: Buffer, _encoding, done) => {
      onLine(line.toString());
      done();
    },
  });
  return ReaderServer.listen(path, source, new Logger({ stream }));
}
