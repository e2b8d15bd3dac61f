import { setTimeout as sleep } from 'node:timers/promises';
import { isTidewatchError } from '@tidewatch/event';
import { definePlugin, type Input, type InputContext, type Listener } from '@tidewatch/plugin';
import type { KafkaTls, TopicBatch, TopicReader } from '@tidewatch/stream/kafka';
import { hostOf, isLoopback } from './bind.ts';
import { errors } from './errors.ts';
import { type KafkaConfig, kafkaConfig, topicsOf } from './kafka/config.ts';
import { createRecordReader, createSourceOf } from './kafka/records.ts';
import { createTally } from './tally.ts';

/** Brokers that do not answer are asked again after this. */
const retryMs = 5_000;
/** How often the lag is measured. */
const lagMs = 10_000;

/** Reads topics of Kafka as one member of a group; what a crash makes it read again has the same ids. */
export const kafka = definePlugin({
  name: 'kafka',
  kind: 'input',
  summary:
    'Reads topics of Kafka by name or pattern, each record once, and goes on where it was after a restart.',
  config: kafkaConfig,
  create: createKafkaInput,
});

function createKafkaInput(config: KafkaConfig, context: InputContext): Input {
  const { log, metrics, name: input } = context;
  const read = createRecordReader(config);
  const sourceOf = createSourceOf(config);
  const tally = (message: string) => createTally(log, message, { input: 'kafka' });
  const tallies = {
    cut: tally('Records were longer than max_record_bytes and cut'),
    empty: tally('Records without a value were passed by'),
    refused: tally('Records were refused by governance and passed by'),
  };
  let stopping = new AbortController();
  let reader: TopicReader | undefined;
  let connecting: Promise<void> | undefined;
  let lagTimer: NodeJS.Timeout | undefined;
  let trouble: string | undefined;

  /** Rejects where the pipeline takes nothing now: then the batch comes again, and its partition waits. */
  async function onBatch(batch: TopicBatch): Promise<void> {
    const records = read(batch, Date.now());
    const answers = records.length === 0 ? [] : await context.accept(sourceOf(batch.topic), records);
    const refused = answers.filter(({ status }) => status === 'refused').length;
    const cut = records.filter(({ hints }) => hints.truncatedFrom !== undefined).length;
    count('empty', batch.records.length - records.length, 'input_refused_total', 'empty');
    count('refused', refused, 'input_refused_total', 'governance');
    count('cut', cut, 'input_dropped_total', 'too_long');
  }

  function count(
    kind: keyof typeof tallies,
    by: number,
    metric: 'input_refused_total' | 'input_dropped_total',
    reason: string,
  ): void {
    if (by === 0) return;
    tallies[kind].add(by);
    metrics.count(metric, { input, reason }, by);
  }

  async function connect(): Promise<void> {
    const { brokers, group, from, sasl, tls } = config;
    // Loaded only where it is used.
    const { createTopicReader } = await import('@tidewatch/stream/kafka');
    reader = await createTopicReader({
      brokers,
      topics: topicsOf(config),
      group,
      from,
      discoverEveryMs: config.discover_ms,
      ...(sasl === undefined ? {} : { sasl }),
      ...(tls === undefined ? {} : { tls: tls === true ? tls : filesOf(tls) }),
      onBatch,
      log,
    });
    trouble = undefined;
    lagTimer = setInterval(measureLag, lagMs).unref();
  }

  async function measureLag(): Promise<void> {
    // Brokers that are away are said by the reader itself.
    const lag = await reader?.lag().catch(() => undefined);
    if (lag === undefined) return;
    const labels = { group: config.group, stream: input };
    metrics.set('consumer_lag_records', labels, lag.records);
    metrics.set('consumer_lag_seconds', labels, lag.seconds);
  }

  function failed(error: unknown): void {
    trouble = (error as Error).message;
    log.error({ err: error, input: 'kafka' }, 'Kafka cannot be read now; the input tries again');
  }

  async function retry(signal: AbortSignal): Promise<void> {
    while (trouble !== undefined) {
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await connect().catch(failed);
    }
  }

  return {
    async start() {
      refuseExposure(config);
      stopping = new AbortController();
      try {
        await connect();
      } catch (error) {
        if (!isTidewatchError(error, 'KAFKA_UNREACHABLE')) throw error;
        // The other inputs need not wait for a broker.
        failed(error);
        connecting = retry(stopping.signal);
      }
    },
    async stop() {
      stopping.abort();
      await connecting;
      clearInterval(lagTimer);
      const closing = reader;
      reader = undefined;
      trouble = undefined;
      await closing?.close();
      for (const each of Object.values(tallies)) each.flush();
    },
    listeners() {
      const address = `kafka://${config.brokers[0]}/${config.topics.join(',')}`;
      if (trouble !== undefined) return [{ address, state: 'failed', detail: trouble }];
      if (reader === undefined) return [];
      const said = (Object.keys(tallies) as (keyof typeof tallies)[])
        .filter((kind) => tallies[kind].total > 0)
        .map((kind) => `${tallies[kind].total} ${kind}`);
      const detail = said.length === 0 ? {} : { detail: said.join(', ') };
      return [{ address, state: 'listening', ...detail }] satisfies Listener[];
    },
  };
}

/** What passes between machines is not read by others without somebody having said so. */
function refuseExposure({ brokers, tls, insecure }: KafkaConfig): void {
  const broker = brokers.find((address) => !isLoopback(hostOf(address)));
  if (broker !== undefined && tls === undefined && !insecure) throw errors.NEEDS_BROKER_TLS({ broker });
}

/** The reader's words for the files. */
function filesOf({
  certificate,
  ca,
  key,
  servername,
}: Exclude<KafkaConfig['tls'], true | undefined>): KafkaTls {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
    ...(servername === undefined ? {} : { servername }),
  };
}
