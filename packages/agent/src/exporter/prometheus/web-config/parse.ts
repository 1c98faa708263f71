import { Checker } from '../../../config/checker.js';
import { parseFile } from '../../../config/file.js';
import { Problems } from '../../../config/problems.js';
import { webConfig, type WebConfig } from './schema.js';

const KEYS = 'tls_server_config, basic_auth_users, bearer_token_file and http_server_config';

/** Reads a web configuration file.
 *
 *  @throws {ConfigError} with everything that is wrong, and without a word of hashes */
export function parseWebConfig(name: string, text: string): WebConfig {
  const problems = new Problems();
  const file = parseFile(name, text, (position, problem) => problems.add(position, problem), KEYS);
  problems.throwIfAny();
  const parsed = new Checker(problems, file, [], [], true).check(webConfig, file.tree, []);
  problems.throwIfAny();
  return parsed!;
}
