import { Server, ServerCredentials, type handleUnaryCall } from '@grpc/grpc-js';
import { decodeRequest, type MetricsRequest } from './otlp.js';

export interface Receiver {
  readonly endpoint: string;
  close(): void;
}

/** Takes OTLP metrics over gRPC on a free port of the loopback interface, as a Collector would. */
export async function startReceiver(onRequest: (request: MetricsRequest) => void): Promise<Receiver> {
  const server = new Server();
  const handler: handleUnaryCall<MetricsRequest, null> = ({ request }, callback) => {
    onRequest(request);
    callback(null, null);
  };
  const definition = {
    export: {
      path: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
      requestStream: false,
      responseStream: false,
      requestDeserialize: decodeRequest,
      // An ExportMetricsServiceResponse with nothing to report has no bytes.
      responseSerialize: () => Buffer.alloc(0),
      requestSerialize: () => Buffer.alloc(0),
      responseDeserialize: () => null,
    },
  };
  server.addService(definition, { export: handler });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { endpoint: `http://127.0.0.1:${port}`, close: () => server.forceShutdown() };
}
