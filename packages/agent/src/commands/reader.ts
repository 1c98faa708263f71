import { READER_PROTOCOL } from '@wgotel/core';
import { Command } from 'commander';
import type { Flags } from '../config/flags.js';
import { configFile, loadConfiguration } from '../config/load.js';
import { ConfigError } from '../config/problems.js';
import { endSignal } from '../end-signal.js';
import { Logger } from '../log.js';
import { joinedSource } from '../reader/joined-source.js';
import { ReaderServer } from '../reader/server.js';
import { LONGEST_PATH } from '../socket-file.js';
import { VERSION } from '../version.js';
import { addReadingOptions } from './options.js';

/** Read if it is there and no other file is named: that of the agent may refer to secrets, and is not the reader's. */
const DEFAULT_FILE = '/etc/wgotel/reader.yaml';

const HELP = `
Has the privileges to read WireGuard, and no network: the agent then needs neither. It is asked by an agent whose receiver has
\`source: reader\`, and reads when it is asked. Nobody but its own user can connect, and no private or preshared key is told.

Of a configuration file, receivers say what is read, and service.telemetry.logs how is logged; nothing else in it is used.

Ends with code 0 on SIGINT and SIGTERM, and with 2 when the configuration or the socket can't be used.

Examples:
  $ sudo wgotel reader --socket /run/wgotel-reader/reader.sock
  $ wgotel reader --source uapi --uapi-directory ./sockets --socket ./reader.sock
  $ wgotel reader --config /etc/wgotel/reader.yaml`;

/** `wgotel reader`: reads WireGuard for an agent that may not, until it is told to end. */
export function readerCommand(): Command {
  return addReadingOptions(new Command('reader'), DEFAULT_FILE)
    .description('Read WireGuard on behalf of an agent without privileges, which asks on a Unix socket.')
    .option('--socket <path>', 'where it is asked', READER_PROTOCOL.socket)
    .option('--log-level <level>', 'debug, info, warn or error (default: info)')
    .addHelpText('after', HELP)
    .action(serve);
}

/** @throws {ConfigError} if the configuration or the socket can't be used */
async function serve({ socket, ...flags }: Flags & { readonly socket: string }): Promise<void> {
  // What is made is for nobody else, from the first moment on.
  process.umask(0o077);
  // What OpenTelemetry's variables say is of exporters, and there are none.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('OTEL_')));
  const { receivers, telemetry } = loadConfiguration(flags, env, DEFAULT_FILE);
  if (Buffer.byteLength(socket) > LONGEST_PATH)
    throw new ConfigError([`--socket: expected a path of at most ${LONGEST_PATH} bytes`]);
  for (const [id, { source }] of Object.entries(receivers)) {
    if (source === 'reader') throw new ConfigError([`receivers.${id}.source: a reader can't read from a reader`]);
  }
  const log = new Logger(telemetry.logs);
  const ended = endSignal();
  const server = await ReaderServer.listen(socket, joinedSource(Object.values(receivers)), log).catch(
    (error: Error) => {
      throw new ConfigError([error.message]);
    },
  );
  log.info('wgotel reads WireGuard for those who ask', {
    version: VERSION,
    config: configFile(flags, env, DEFAULT_FILE),
    receivers: Object.entries(receivers).map(([id, { source }]) => `${id}: ${source}`),
    socket,
  });
  log.info('wgotel is ending', { signal: await ended });
  await server.close();
  log.info('wgotel has ended');
}
