import { ConfigError, parseWebConfig } from '@wgotel/agent';
import { assertHarmless, SECRET, type FuzzTarget } from '../target.js';

const COMPLETE = Buffer.from(`tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  min_version: TLS13
http_server_config: { http2: true, headers: { x-frame-options: deny } }
basic_auth_users:
  alice: $2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi
bearer_token_file: token
`);
/** What belongs elsewhere is put into it by mistake. */
const WITH_SECRETS = Buffer.from(`basic_auth_users: { alice: '${SECRET}', bob: x }
http_server_config: { headers: { authorization: '${SECRET}', host: '${SECRET}' } }
tls_server_config: { key: '${SECRET}', client_auth_type: NoClientCert }
`);

export const WEB_CONFIG_TARGET: FuzzTarget = {
  name: 'web configuration',
  corpus: [COMPLETE, WITH_SECRETS],
  run: (input) => {
    try {
      parseWebConfig('w.yaml', input.toString());
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const problem of error.problems) {
        if (!/^w\.yaml:\d+:\d+/.test(problem)) throw new Error(`no position: ${problem}`, { cause: error });
        assertHarmless(problem);
      }
    }
  },
};
