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
import { type RunningServer, startServer } from '../../e2e/server.ts';
import { has } from '../../require.ts';
import { type RunningOpenSearch, startOpenSearch } from '../../services/opensearch.ts';
import { exportAll } from '../export.ts';
import { type Figure, quantile, spread, thousands, writeReport } from '../report.ts';
import type { BenchOptions } from '../run.ts';
import { batches, classes, stepMs } from './events.ts';
import { parseTimes } from './parse.ts';
import { plainBulk } from './plain_bulk.ts';
import { readFigures, readTimes } from './reads.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);
const million = 1_000_000;
/** Events that both ways of writing to OpenSearch send in a round. */
const perRound = 100_000;
const day = 86_400_000;
/** Of today's partition, which no server seals meanwhile. */
const start = Math.floor(Date.now() / day) * day;
const range = { from: start, to: start + million * stepMs };

/** The gates of the stores: D1 to D4. */
export async function storeBench({ rounds, only }: BenchOptions): Promise<void> {
  const figures: Figure[] = [];
  const wanted = (id: string) => only === undefined || only.has(id);
  const add = (figure: Figure) => {
    figures.push(figure);
    say(`${figure.id} ${figure.what}: ${figure.figure} (bar: ${figure.bar ?? 'none'})`);
  };
  if (wanted('D1')) await embedded();
  if ((wanted('D2') || wanted('D3')) && has('opensearch')) await cluster();
  if (wanted('D4')) parsing();
  if (only === undefined) writeReport('store', notes, figures);

  async function embedded() {
    const data = mkdtempSync(join(tmpdir(), 'tidewatch-bench-store-'));
    const store = await openDuckDbStore({ directory: join(data, 'store'), classes, clock: () => range.to });
    const seconds = await fill(store.events);
    add({
      id: 'D1',
      what: 'embedded: a million events of 600 bytes written, events/s',
      figure: thousands(million / seconds),
      bar: '≥ 20,000',
      met: million / seconds >= 20_000,
    });
    await sizes('D1', 'embedded, before its partition is sealed', store.events);
    await reads('D1', 'embedded', store.events, 500);
    await store.close();
    const server = await startServer({ data });
    await exported('D1', 'embedded', server, () => server.kill('SIGTERM'));
    const later = await openDuckDbStore({ directory: join(data, 'store'), classes, clock: () => range.to });
    await later.seal(start + 2 * day);
    await sizes('D1', 'embedded, sealed', later.events);
    await reads('D1', 'embedded, sealed', later.events, 500);
    await later.close();
    rmSync(data, { recursive: true });
  }

  async function sizes(id: string, where: string, store: Pick<EventStore, 'stats'>) {
    const { bytes, events } = await store.stats();
    add({ id, what: `${where}: bytes an event`, figure: thousands(bytes / events) });
  }

  async function cluster() {
    const server = await startOpenSearch({ heap: '4g', lasting: true });
    const connection = await connectOpenSearch(openSearchConfig.parse({ nodes: [server.url] }));
    await setupOpenSearch(connection, classes);
    if (wanted('D2')) await beside(server);
    if (wanted('D3')) {
      // The million is all there is to be exported.
      const { body } = await connection.client.indices.get({ index: 'tidewatch-events-*' });
      for (const index of Object.keys(body)) await connection.client.indices.delete({ index });
      await setupOpenSearch(connection, classes);
      const writer = createBulkWriter({ connection, classes });
      const store = {
        ...createEventReader({ connection, classes, clock: () => range.to }),
        write: writer.write,
      };
      await fill(store as EventStore);
      await connection.client.indices.refresh({ index: 'tidewatch-events-unapproved-*' });
      await sizes('D3', 'OpenSearch, as its merges left it', store as EventStore);
      await reads('D3', 'OpenSearch', store as EventStore, 800);
      await writer.close();
      const config = `{ store: { opensearch: { nodes: ['${server.url}'] } } }`;
      const reading = await startServer({ config });
      await exported('D3', 'OpenSearch', reading, () => reading.dispose());
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
    const what = `${where}: filter, histogram and first page of a million events`;
    for (const figure of readFigures(id, what, times, bar)) add(figure);
  }

  async function exported(id: string, where: string, server: RunningServer, end: () => Promise<unknown>) {
    try {
      const { rows, seconds, mebibytes } = await exportAll(server);
      if (rows !== million) throw new Error(`${thousands(rows)} rows were exported instead of a million.`);
      add({
        id,
        what: `${where}: a million events exported in ${Math.round(seconds)} s: memory of the server beyond before`,
        figure: `${Math.round(mebibytes)} MiB`,
        bar: '≤ 150 MiB',
        met: mebibytes <= 150,
      });
    } finally {
      await end();
    }
  }

  function parsing() {
    const times = parseTimes();
    const [half, nearlyAll] = [0.5, 0.95].map((q) =>
      quantile(
        times.map(({ microseconds }) => microseconds),
        q,
      ),
    ) as [number, number];
    const slowest = times.reduce((most, time) => (time.microseconds > most.microseconds ? time : most));
    add({
      id: 'D4',
      what: `KQL: each of ${times.length} queries of the corpus parsed`,
      figure: `p50 ${half.toFixed(1)} µs, p95 ${nearlyAll.toFixed(1)} µs, slowest ${slowest.microseconds.toFixed(1)} µs`,
      bar: 'p95 ≤ 50 µs',
      met: nearlyAll <= 50,
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
  'The process of the bench holds the store’s client and, embedded, the store; exports are of a server. Times of writing are the store’s alone. Reads are of eight',
  'queries (`test/bench/store/reads.ts`) over the whole time range. OpenSearch has one node with 4 GiB on the',
  'same machine; plain requests are of 4 MB, two at a time.',
];
