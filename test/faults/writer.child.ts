import { setTimeout } from 'node:timers/promises';
import { connectOpenSearch, createBulkWriter, openSearchConfig } from '@tidewatch/store/opensearch';
import { classes, makeEvent } from './events.ts';

/** One phase of a run: events `from` to `from + count`, in batches, so many writes at a time. */
export interface Phase {
  readonly from: number;
  readonly count: number;
  readonly batch: number;
  readonly writers: number;
  /** Milliseconds between the starts of a writer's batches; 0 writes as fast as it can. */
  readonly everyMs: number;
}

export interface PhaseResult {
  readonly stored: number;
  readonly alreadyThere: number;
  /** Numbers of the events rejected. */
  readonly rejected: readonly number[];
  readonly seconds: number;
  /** Largest seen during the phase, in MiB. */
  readonly residentMb: number;
  readonly heapMb: number;
  readonly retries: Readonly<Record<string, number>>;
  /** When requests were answered for every document, epoch milliseconds. */
  readonly answeredAt: readonly number[];
  /** CPU of this process per event, microseconds; the making of the events is part of it. */
  readonly cpuMicros: number;
}

/** A process of its own, so that its memory is the writer's: is told phases and answers their results. */
const [url = '', config = '{}'] = process.argv.slice(2);
const settings = openSearchConfig.parse({ nodes: [url], ...JSON.parse(config) });
// Time-outs as short as tests want them are for bulk requests: a busy machine may take longer to say who answers.
const connection = {
  ...(await connectOpenSearch({ ...settings, timeout_ms: 30_000 })),
  config: settings,
};
const retries: Record<string, number> = {};
const answeredAt: number[] = [];
const writer = createBulkWriter({
  connection,
  classes,
  metrics: {
    request(outcome) {
      if (outcome === 'ok') answeredAt.push(Date.now());
    },
    inFlight() {},
    retry(reason, documents) {
      retries[reason] = (retries[reason] ?? 0) + documents;
    },
  },
});

async function run({ from, count, batch, writers, everyMs }: Phase): Promise<PhaseResult> {
  const rejected: number[] = [];
  const counts = { stored: 0, already_there: 0, rejected: 0 };
  const peak = { resident: 0, heap: 0 };
  const sample = () => {
    const { rss, heapUsed } = process.memoryUsage();
    peak.resident = Math.max(peak.resident, rss);
    peak.heap = Math.max(peak.heap, heapUsed);
  };
  const sampling = setInterval(sample, 20);
  const started = performance.now();
  const cpu = process.cpuUsage();
  let next = from;
  const write = async () => {
    while (next < from + count) {
      const first = next;
      next = Math.min(from + count, first + batch);
      const began = performance.now();
      const outcomes = await writer.write(
        Array.from({ length: next - first }, (_, i) => makeEvent(first + i)),
      );
      outcomes.forEach(({ status }, i) => {
        counts[status]++;
        if (status === 'rejected') rejected.push(first + i);
      });
      if (everyMs > 0) await setTimeout(Math.max(0, began + everyMs - performance.now()));
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  clearInterval(sampling);
  sample();
  const { user, system } = process.cpuUsage(cpu);
  return {
    stored: counts.stored,
    alreadyThere: counts.already_there,
    rejected,
    seconds: (performance.now() - started) / 1000,
    residentMb: peak.resident / 2 ** 20,
    heapMb: peak.heap / 2 ** 20,
    retries: { ...retries },
    answeredAt: [...answeredAt],
    cpuMicros: (user + system) / count,
  };
}

process.on('message', (phase: Phase) => {
  run(phase).then(
    (result) => process.send?.(result),
    (error: Error) => process.send?.({ error: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
