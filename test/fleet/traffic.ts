import type { RunningKafka } from '../support/kafka-broker.js';
import { decodeMetrics } from '../support/otlp.js';
import type { OtlpRequest } from '../support/otlp-json.js';

/** The hosts of the metrics in a request. */
export function hostsOf({ resourceMetrics = [] }: OtlpRequest): string[] {
  return resourceMetrics
    .flatMap(({ resource }) => resource.attributes ?? [])
    .flatMap(({ key, value }) => (key === 'host.name' ? [value.stringValue!] : []));
}

/** Which numbers of scrapes of an agent are in Kafka. */
export function receivedInKafka(kafka: RunningKafka, host: string): Set<string> {
  const points = kafka
    .records()
    .filter(({ topic }) => topic === 'otlp_metrics')
    .flatMap(({ value }) => decodeMetrics(value))
    .filter(({ resource, metric }) => resource['host.name'] === host && metric === 'wireguard.peer.io')
    .filter(({ attributes }) => attributes['network.io.direction'] === 'receive');
  return new Set(points.map(({ value }) => value));
}

/** One request of an agent, with a point each for metrics of these names. */
export function oneRequest(host: string, names: readonly string[]): OtlpRequest {
  const timeUnixNano = `${Date.now()}000000`;
  const metrics = names.map((name, index) => {
    const attributes = [{ key: 'peer', value: { stringValue: String(index).padStart(64, '0') } }];
    return { name, gauge: { dataPoints: [{ attributes, timeUnixNano, asInt: String(index) }] } };
  });
  const attributes = ['service.instance.id', 'host.name'].map((key) => ({ key, value: { stringValue: host } }));
  return { resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ scope: {}, metrics }] }] };
}
