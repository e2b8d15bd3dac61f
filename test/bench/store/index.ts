import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckDbStore } from '@tidewatch/store/duckdb';
import type { EventStore, IndexedEvent } from '../../../libs/store/contract.ts';
import { createBulkWriter } from '../../../libs/store/opensearch/bulk/writer.ts';
import { connectOpenSearch } from '../../../libs/store/opensearch/client.ts';
import { openSearchConfig } from '../../../libs/store/opensearch/config.ts';
import { createEventReader } from '../../../libs/store/opensearch/events.ts';
import { setupOpenSearch } from '../../../libs/store/opensearch/setup/setup.ts';
import { has } from '../../require.ts';
import { type RunningOpenSearch, startOpenSearch } from '../../services/opensearch.ts';
import { type Figure, quantile, spread, thousands, writeReport } from '../report.ts';
import type { BenchOptions } from '../run.ts';
import { batches, classes, stepMs } from './events.ts';
import { plainBulk } from './plain_bulk.ts';
import { describeReads, exportAll, readTimes, timeAt } from './reads.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);
const million = 1_000_000;
/** Events that both ways of writing to OpenSearch send in a round. */
const perRound = 100_000;
const start = Date.UTC(2026, 0, 14);
const range = { from: start, to: start + million * stepMs };

/** The gates of the stores: D1 to D3. */
export async function storeBench({ rounds, only }: BenchOptions): Promise<void> {
  const figures: Figure[] = [];
  const wanted = (id: string) => only === undefined || only.has(id);
  const add = (figure: Figure) => {
    figures.push(figure);
    say(`${figure.id} ${figure.what}: ${figure.figure} (bar: ${figure.bar ?? 'none'})`);
  };
  if (wanted('D1')) await embedded();
  if ((wanted('D2') || wanted('D3')) && has('opensearch')) await cluster();
  if (only === undefined) writeReport('store', notes, figures);

  async function embedded() {
    const directory = mkdtempSync(join(tmpdir(), 'tidewatch-bench-store-'));
    const store = await openDuckDbStore({ directory, classes, clock: () => range.to });
    const seconds = await fill(store.events);
    add({
      id: 'D1',
      what: 'embedded: a million events of 600 bytes written, events/s',
      figure: thousands(million / seconds),
      bar: '≥ 20,000',
      met: million / seconds >= 20_000,
    });
    const { bytes } = await store.events.stats();
    add({
      id: 'D1',
      what: 'embedded: bytes an event, before its partition is sealed',
      figure: thousands(bytes / million),
    });
    await reads('D1', 'embedded', store.events, 500);
    await exported('D1', 'embedded', store.events);
    await store.close();
    rmSync(directory, { recursive: true });
  }

  async function cluster() {
    const server = await startOpenSearch({ heap: '4g', lasting: true });
    const connection = await connectOpenSearch(openSearchConfig.parse({ nodes: [server.url] }));
    await setupOpenSearch(connection, classes);
    if (wanted('D2')) await beside(server);
    if (wanted('D3')) {
      const writer = createBulkWriter({ connection, classes });
      const store = {
        ...createEventReader({ connection, classes, clock: () => range.to }),
        write: writer.write,
      };
      await fill(store as EventStore);
      await connection.client.indices.refresh({ index: 'tidewatch-events-unapproved-*' });
      await reads('D3', 'OpenSearch', store as EventStore, 800);
      await exported('D3', 'OpenSearch', store as EventStore);
      await writer.close();
    }
    await connection.close();
    await server.stop();
  }

  /** Our writer and plain requests take turns, each round with events of its own. */
  async function beside(server: RunningOpenSearch) {
    const connection = await connectOpenSearch(openSearchConfig.parse({ nodes: [server.url] }));
    const ratios: number[] = [];
    const rates: number[] = [];
    const write = async (events: readonly IndexedEvent[]): Promise<number> => {
      const writer = createBulkWriter({ connection, classes });
      const began = performance.now();
      const outcomes = await writer.write(events);
      const seconds = (performance.now() - began) / 1_000;
      await writer.close();
      if (outcomes.some(({ status }) => status !== 'stored')) throw new Error('Not all events were stored.');
      return seconds;
    };
    // In the first one OpenSearch warms up, for whoever comes first.
    for (let round = -1; round < rounds; round++) {
      const events = [...batches(perRound, start - (round + 2) * perRound * stepMs)].flat();
      const peer = await plainBulk(server.url, events);
      const own = await write(events);
      if (round < 0) continue;
      ratios.push(peer / own);
      rates.push(perRound / own);
      say(`  round ${round + 1}: ${own.toFixed(1)} s | ${peer.toFixed(1)} s`);
    }
    await connection.close();
    add({
      id: 'D2',
      what: `OpenSearch: ${thousands(perRound)} events written, events/s`,
      figure: spread(rates, 0),
    });
    add({
      id: 'D2',
      what: 'OpenSearch: rate beside plain `_bulk` requests of the same events to an index of the same template',
      figure: `${spread(ratios)}x`,
      bar: '≥ 0.85x',
      met: quantile(ratios, 0.5) >= 0.85,
    });
  }

  async function reads(id: string, where: string, store: EventStore, bar: number) {
    const times = await readTimes(store, range, rounds);
    for (const { query, milliseconds } of times) say(`  ${Math.round(milliseconds)} ms ${query}`);
    add({
      id,
      what: `${where}: filter, histogram and first page of a million events, asked before`,
      figure: describeReads(times),
      bar: `p95 ≤ ${bar} ms`,
      met: timeAt(times, 0.95) <= bar,
    });
  }

  async function exported(id: string, where: string, store: EventStore) {
    const { rows, mebibytes } = await exportAll(store, range);
    if (rows !== million) throw new Error(`${thousands(rows)} rows were read instead of a million.`);
    add({
      id,
      what: `${where}: memory that reading a million events page by page takes`,
      figure: `${Math.round(mebibytes)} MiB`,
      bar: '≤ 150 MiB',
      met: mebibytes <= 150,
    });
  }
}

/** Writes the million; answers the seconds that the store took. */
async function fill(store: Pick<EventStore, 'write'>): Promise<number> {
  let milliseconds = 0;
  for (const batch of batches(million, start)) {
    const began = performance.now();
    const outcomes = await store.write(batch);
    milliseconds += performance.now() - began;
    if (outcomes.some(({ status }) => status !== 'stored')) throw new Error('Not all events were stored.');
  }
  return milliseconds / 1_000;
}

const notes = [
  'The process of the bench holds the store’s client and, embedded, the store. Times of writing are the store’s alone. Reads are of eight',
  'queries (`test/bench/store/reads.ts`) over the whole time range, each asked once before. OpenSearch has one node with 4 GiB on the',
  'same machine; plain requests are of 4 MB, two at a time.',
];
