import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { GrafanaLiveTransport } from '@wgotel/agent';
import { describe, it } from 'mocha';
import { repositoryPath } from '../../../support/repository.js';
import { PLAIN } from '../sender-setup.js';
import { configFor } from './live-config.js';

const certificate = (name: string): string => repositoryPath(`test/agent/prometheus/certificates/${name}`);

describe('an alert of a server over TLS', () => {
  const [RENEW, TRUST, SET] = [
    /^renew our certificate in /,
    /^is our certificate in .* one of an authority/,
    /^set tls/,
  ];
  for (const [alert, own, words, hint] of [
    [40, undefined, 'handshake failure', SET],
    [116, undefined, 'certificate required', SET],
    [42, 'client', 'bad certificate', TRUST],
    [43, 'client', 'unsupported certificate', TRUST],
    [44, 'client', 'certificate revoked', TRUST],
    [46, 'client', 'certificate unknown', TRUST],
    [48, 'client', 'unknown ca', TRUST],
    [49, 'client', 'access denied', TRUST],
    [42, 'expired', 'bad certificate', RENEW],
    [45, 'expired', 'certificate expired', RENEW],
    [80, 'expired', 'internal error', undefined],
  ] as const) {
    it(`${alert}, ${words}, is told with what to do, with ${own ?? 'no'} certificate of ours`, async () => {
      const { port, stop } = await alerting(alert);
      try {
        const [certFile, keyFile] = own === undefined ? [] : [certificate(`${own}.pem`), certificate(`${own}.key`)];
        const tls = { ...PLAIN, insecure: false, certFile, keyFile };
        const transport = new GrafanaLiveTransport(configFor(port, { url: `wss://127.0.0.1:${port}/x`, tls }));
        const outcome = await transport.send({ bytes: Buffer.from('a') }, new AbortController().signal);
        assert.ok(outcome.kind === 'failed' && !outcome.connected);
        assert.match(outcome.message, new RegExp(`^\\S+ alert ${words}$`));
        assert.match(outcome.hint ?? '', hint ?? /^$/);
      } finally {
        stop();
      }
    });
  }
});

/** Answers whoever begins with TLS by a fatal alert. */
async function alerting(alert: number): Promise<{ port: number; stop: () => void }> {
  const refusing = createServer((socket) => {
    socket.on('error', () => undefined).once('data', () => socket.end(Buffer.of(0x15, 3, 3, 0, 2, 2, alert)));
  });
  await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
  return { port: (refusing.address() as AddressInfo).port, stop: () => void refusing.close() };
}
