import { after, before, describe, it } from 'mocha';
import { TracedRequest, type Services } from './traced-request.js';

const OVER_HTTP = {
  example: 'http-over-tunnel',
  backendPort: '8080',
  backend: (address: string) => `http://${address}:8080`,
  answer: 'hello',
};
const OVER_GRPC = {
  example: 'grpc-over-tunnel',
  backendPort: '50051',
  backend: (address: string) => `${address}:50051`,
  path: '/',
  answer: 'hello frontend',
};

const CASES: Readonly<Record<string, Services>> = {
  'examples/http-over-tunnel, over http': { ...OVER_HTTP, path: '/http' },
  'examples/http-over-tunnel, over fetch': { ...OVER_HTTP, path: '/fetch' },
  'examples/grpc-over-tunnel': OVER_GRPC,
};

for (const [title, services] of Object.entries(CASES)) {
  describe(title, () => {
    let request: TracedRequest;
    before(async () => {
      request = await TracedRequest.make(services);
    });
    after(() => request?.close());

    it('gives one trace of the first request, with the tunnel on both sides of it and not on loopback', () =>
      request.assertOneTrace());

    it('links both sides to the session that the agent there has exported', () => request.assertLinks());
  });
}
