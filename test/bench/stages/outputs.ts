import { join } from 'node:path';
import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { Logger, TelegrafLines, Textfiles, type Page } from '@wgotel/agent';
import { runAtOnce, SCOPE, visitPoints } from '@wgotel/core';
import { MetricDataSink } from '@wgotel/core/producer';
import { expositionOf, receiverWith, sourceOf } from '../../agent/prometheus/shown.js';
import { lengthOf, RESOURCE, type Round } from './scrape.js';
import type { Stage } from './stage.js';

/** What is made of a frame besides OTLP requests.
 *
 *  @param folder for the text file */
export function outputStages(folder: string, round: Round) {
  const resource = resourceFromAttributes(RESOURCE);
  const lines = new TelegrafLines(RESOURCE, 'full');
  const shown = () => ({ wireguard: receiverWith(round.frame) });
  const path = join(folder, 'bench.prom');
  let page: Page;
  let sink: MetricDataSink;
  return {
    page: {
      run: async () => {
        page = await expositionOf(shown()).page();
        return (await page.body('text', false)).length;
      },
    },
    pageGzip: { run: async () => (await page.body('text', true)).length },
    /** The page included. The file is removed again. */
    textfile: {
      run: async () => {
        const files = new Textfiles(() => sourceOf(shown()), new Logger({ stream: { write: () => true } }));
        await files.configure({ bench: { type: 'textfile', path, profiles: { native: {} }, receivers: [] } });
        await files.close();
        return 0;
      },
    },
    lines: { run: () => lengthOf([...lines.requests(round.frame)].flatMap((request) => request?.bytes ?? [])) },
    metricData: {
      run: () => {
        sink = new MetricDataSink();
        runAtOnce(visitPoints(round.frame, round.frame.monotonicTime, sink));
        return 0;
      },
    },
    /** The official one, of that. */
    serializer: {
      run: () => {
        const scopeMetrics = [{ scope: SCOPE, metrics: sink.metrics }];
        return ProtobufMetricsSerializer.serializeRequest({ resource, scopeMetrics })!.length;
      },
    },
  } satisfies Record<string, Stage>;
}
