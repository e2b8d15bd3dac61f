import { setTimeout } from 'node:timers/promises';
import type { KafkaService } from '../../../test/services/kafka.ts';
import type { Consumer, Stream } from '../contract.ts';

/** What was acknowledged beside what had an effect; an effect is keyed by its record's position. */
export interface Ledger {
  readonly acknowledged: number;
  /** Acknowledged and without effect, or with another's. */
  readonly lost: readonly string[];
  /** Records that stand in the log twice. */
  readonly doubled: readonly string[];
  /** From the broker's return to the next acknowledgement and the next effect, the longest of all outages, in seconds. */
  readonly recoveredWithin: number;
}

const perAppend = 50;
const betweenOutages = 1_000;

/** Appends and consumes without a pause while the broker is killed and started again. */
export async function ledgerOfOutages(kafka: KafkaService, stream: Stream, outages: number): Promise<Ledger> {
  const acknowledged = new Map<string, string>();
  const effects = new Map<string, string>();
  let running = true;
  let sent = 0;

  async function send(): Promise<void> {
    while (running) {
      const ids = Array.from({ length: perAppend }, () => `id ${sent++}`);
      const records = ids.map((id) => ({ key: id, value: Buffer.from(id.padEnd(200)) }));
      const positions = await stream.append(records);
      positions.forEach(({ partition, offset }, i) => {
        acknowledged.set(`${partition}/${offset}`, ids[i] as string);
      });
    }
  }
  const consumer = await stream.subscribe({
    group: 'ledger',
    process: async ({ partition, records }) => {
      for (const { position, value } of records)
        effects.set(`${partition}/${position.offset}`, Buffer.from(value).toString().trimEnd());
    },
  });
  const senders = [send(), send()];
  let recoveredWithin = 0;
  for (let outage = 0; outage < outages; outage++) {
    const enough = acknowledged.size + betweenOutages;
    while (acknowledged.size < enough) await setTimeout(Math.random() * 100);
    await kafka.kill('SIGKILL');
    await setTimeout(1_000);
    await kafka.restart();
    const returned = Date.now();
    const [before, done] = [acknowledged.size, effects.size];
    while (acknowledged.size === before || effects.size <= done) await setTimeout(20);
    recoveredWithin = Math.max(recoveredWithin, (Date.now() - returned) / 1_000);
  }
  running = false;
  await Promise.all(senders);
  await consumer.drain();
  await consumer.close();
  const lost = [...acknowledged].filter(([at, id]) => effects.get(at) !== id).map(([, id]) => id);
  const seen = new Set<string>();
  const doubled = [...effects.values()].filter((id) => seen.size === seen.add(id).size);
  return { acknowledged: acknowledged.size, lost, doubled, recoveredWithin };
}

export interface Churn {
  readonly joins: number;
  readonly missing: number;
  /** Records that two members processed, or one twice: nobody crashed, so there is no reason for any. */
  readonly doubled: number;
  /** Records a second of a group left alone, and of one that members join and leave. */
  readonly calm: number;
  readonly disturbed: number;
}

const batch = 100;
const batchMs = 25;

/** Reads a backlog as one consumer, and again while another joins and leaves every `everyMs`. */
export async function churn(stream: Stream, total: number, everyMs: number): Promise<Churn> {
  for (let i = 0; i < total; i += 2_000)
    await stream.append(
      Array.from({ length: 2_000 }, (_, k) => ({ key: `${i + k}`, value: Buffer.alloc(100) })),
    );

  async function read(group: string, disturb: (join: () => Promise<Consumer>) => Promise<void>) {
    const effects = new Set<string>();
    let processed = 0;
    const join = () =>
      stream.subscribe({
        group,
        maxRecords: batch,
        process: async ({ partition, records }) => {
          await setTimeout(batchMs);
          for (const { position } of records) effects.add(`${partition}/${position.offset}`);
          processed += records.length;
        },
      });
    const began = Date.now();
    const first = await join();
    const complete = () => effects.size >= total;
    const disturbing = disturb(join);
    while (!complete()) await setTimeout(10);
    const seconds = (Date.now() - began) / 1_000;
    await disturbing;
    await first.drain();
    await first.close();
    return { rate: total / seconds, missing: total - effects.size, doubled: processed - effects.size };
  }

  let joins = 0;
  const calm = await read('calm', async () => {});
  let done = false;
  const disturbed = await read('disturbed', async (join) => {
    const until = Date.now() + 2 * (total / calm.rate) * 1_000;
    while (!done && Date.now() < until) {
      await setTimeout(everyMs);
      const other = await join();
      joins++;
      await setTimeout(everyMs);
      await other.close();
      done = (await stream.stats()).groups.some(
        ({ group, records }) => group === 'disturbed' && records === 0,
      );
    }
  });
  const { missing, doubled } = disturbed;
  return { joins, missing, doubled, calm: calm.rate, disturbed: disturbed.rate };
}
