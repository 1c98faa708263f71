import { readFileSync } from 'node:fs';
import { ConfigError, readConfiguration } from '@wgotel/agent';
import { repositoryPath } from '../../support/repository.js';
import { assertHarmless, SECRET, type FuzzTarget } from '../target.js';

const SAMPLES = ['wgotel.yaml', 'wgotel-full.yaml', 'wgotel-namespaces.yaml'].map((name) =>
  readFileSync(repositoryPath(`otel-config/${name}`)),
);
const WITH_SECRETS = Buffer.from(`receivers:
  wireguard: { timeout: "\${env:SECRET}", peers: [{ id: "\${file:/secret}" }] }
exporters:
  otlp_http: { endpoint: "http://h:1", headers: { authorization: "\${env:SECRET}", x: '${SECRET}' } }
  webhook: { endpoint: 'https://h/${SECRET}' }
  influxdb: { endpoint: 'http://h', bucket: b, token: '${SECRET}' }
  grafana_live: { url: 'wss://h/x?${SECRET}' }
  prometheus: { endpoint: 'wg0:9586', profiles: { native: {} }, web_config_file: web.yaml }
service: { pipelines: { metrics: { receivers: [wireguard], exporters: [otlp_http] } } }
`);

export const CONFIG_TARGET: FuzzTarget = {
  name: 'config',
  corpus: [...SAMPLES, WITH_SECRETS],
  run: (input) => {
    try {
      const file = { name: 'c.yaml', text: input.toString() };
      readConfiguration({
        flags: {},
        env: { SECRET, COLLECTOR_TOKEN: SECRET, CHAT_WEBHOOK: `https://h/${SECRET}` },
        file,
        readFile: () => Buffer.from(SECRET),
      });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const problem of error.problems) {
        if (!/^c\.yaml:\d+:\d+/.test(problem)) throw new Error(`no position: ${problem}`, { cause: error });
        assertHarmless(problem);
      }
    }
  },
};
