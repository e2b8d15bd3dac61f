import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from '../../services/kafka.ts';
import { type Figure, median, spread, thousands, writeReport } from '../report.ts';
import type { BenchOptions } from '../run.ts';
import { inTurn, ratios } from '../turns.ts';
import { rsyslogToBulk, tidewatchToBulk } from './file_to_bulk.ts';
import { writeLogFiles } from './files.ts';
import {
  acknowledgedPerSecond,
  acknowledgementLatency,
  embedded,
  httpToStore,
  memoryAt,
} from './http_to_store.ts';
import { lognormParses, tidewatchParses } from './parse.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

/** The gates of the way in: P1, P2, P4 to P7. */
export async function ingestBench({ rounds, only }: BenchOptions): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'tidewatch-bench-files-'));
  const figures: Figure[] = [];
  const wanted = (id: string) => only === undefined || only.has(id);
  const add = (figure: Figure) => {
    figures.push(figure);
    say(`${figure.id} ${figure.what}: ${figure.figure} (bar: ${figure.bar ?? 'none'})`);
  };
  const files = writeLogFiles(scratch, 500_000);
  if (wanted('P1')) await fileToBulk();
  if (wanted('P2')) await parsing();
  let perSecond = 20_000;
  if (wanted('P4')) perSecond = await embeddedStore();
  if (wanted('P5')) await latency(perSecond);
  if (wanted('P6')) await memory();
  if (wanted('P7')) await acknowledgements();
  rmSync(scratch, { recursive: true });
  if (only === undefined) writeReport('ingest', notes, figures);

  async function fileToBulk() {
    const [own, peer] = await inTurn(
      rounds,
      () => tidewatchToBulk(files),
      () => rsyslogToBulk(files),
    );
    const ratio = ratios(
      own.map(({ perCpuSecond }) => perCpuSecond),
      peer.map(({ perCpuSecond }) => perCpuSecond),
    );
    const rate = (results: typeof own) => thousands(median(results.map(({ perCpuSecond }) => perCpuSecond)));
    const size = (results: typeof own) => Math.round(median(results.map((result) => result.memory)));
    add({
      id: 'P1',
      what: 'two log files → ECS → log → `_bulk`, acknowledged, events per CPU-second beside rsyslog',
      figure: `${spread(ratio)}x: ${rate(own)} (${size(own)} MiB) to ${rate(peer)} (${size(peer)} MiB)`,
      bar: '≥ 1.5x',
      met: median(ratio) >= 1.5,
    });
  }

  async function parsing() {
    const [own, peer] = await inTurn(
      rounds,
      () => tidewatchParses(files),
      () => lognormParses(files),
    );
    for (const kind of ['sshd', 'nginx'] as const) {
      const mine = own.map((parsed) => parsed[kind]);
      const theirs = peer.map((parsed) => parsed[kind]);
      const ratio = ratios(mine, theirs);
      add({
        id: 'P2',
        what: `${kind} lines → ECS bytes, lines per CPU-second beside liblognorm's JSON`,
        figure: `${spread(ratio)}x: ${thousands(median(mine))} to ${thousands(median(theirs))}`,
        bar: '≥ 0.7x',
        met: median(ratio) >= 0.7,
      });
    }
  }

  async function embeddedStore(): Promise<number> {
    const results = [];
    for (let round = 0; round < rounds; round++) results.push(await httpToStore(300_000));
    const rate = results.map((result) => result.perSecond);
    add({
      id: 'P4',
      what: '600-byte events, `_bulk` → embedded store, two cores, the sender included, events/s',
      figure: `${spread(rate, 0)}; ${median(results.map(({ cpuMicroseconds }) => cpuMicroseconds)).toFixed(0)} µs of CPU an event`,
      bar: '≥ 20,000',
      met: median(rate) >= 20_000,
    });
    return median(rate);
  }

  async function latency(full: number) {
    const half = Math.round(full / 2);
    const { p50, p99 } = await acknowledgementLatency(half, 30);
    add({
      id: 'P5',
      what: `time to acknowledgement at half load (${thousands(half)} events/s, 500 a request)`,
      figure: `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`,
      bar: 'p99 ≤ 500 ms',
      met: p99 <= 500,
    });
  }

  async function memory() {
    const kafka = await startKafka();
    const cluster = `roles: [ingest]\n${embedded}\nstream: { kafka: { brokers: [${JSON.stringify(kafka.broker)}], replicas: 1, min_insync_replicas: 1 } }`;
    for (const [what, config, limit] of [
      ['an ingest process before Kafka', cluster, 300],
      ['the embedded whole', embedded, 1_024],
    ] as const) {
      const most = await memoryAt(5_000, 60, config);
      add({
        id: 'P6',
        what: `most resident memory of ${what} at 5,000 events/s for a minute`,
        figure: `${most.toFixed(0)} MiB`,
        bar: `≤ ${limit} MiB`,
        met: most <= limit,
      });
    }
    await kafka.stop();
  }

  async function acknowledgements() {
    const [synced, unsynced] = await inTurn(
      rounds,
      () => acknowledgedPerSecond(400_000, true),
      () => acknowledgedPerSecond(400_000, false),
    );
    const cost = ratios(synced, unsynced).map((ratio) => (1 - ratio) * 100);
    add({
      id: 'P7',
      what: 'what waiting for the disk before each acknowledgement costs, `_bulk` events/s with and without',
      figure: `${spread(cost, 1)} %: ${thousands(median(synced))} to ${thousands(median(unsynced))}`,
      bar: '≤ 10 %',
      met: median(cost) <= 10,
    });
  }
}

const notes = [
  'P1 pins the measured process to one core, its sink to the other, and counts its CPU time from its start. rsyslog reads the same',
  'files with imfile, parses with mmnormalize and sends with omelasticsearch (`test/bench/ingest/peers`). P2 compares single',
  'processes, start-up included. P7 runs the same server under `eatmydata`, which makes `fdatasync` return at once.',
];
