// The process that enrichment is measured in: prints its figures as JSON. Its argument is a folder to work in, with the
// program of the loading thread.

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { createNormaliser, type Normalise } from '@tidewatch/normalize';
import {
  createEnrichment,
  createLoader,
  type EnrichmentSpec,
  type IndicatorKind,
} from '@tidewatch/normalize/enrich';
import { documents, nginxLines, sshdLines } from '../lines.ts';

export interface EnrichFigures {
  /** MiB. */
  readonly memory: number;
  readonly load: { readonly seconds: number; readonly blockedMs: number };
  /** Lookups per CPU-second, by what is asked, of each round. */
  readonly lookups: Readonly<Record<string, readonly number[]>>;
  readonly geo: { readonly ms: number; readonly memory: number };
  /** Events per CPU-second, of each round. */
  readonly events: readonly { readonly lines: string; readonly nothing: Pair; readonly places: Pair }[];
}

interface Pair {
  readonly with: readonly number[];
  readonly without: readonly number[];
}

const [directory = ''] = process.argv.slice(2);
const count = 1_000_000;
const start = Date.UTC(2026, 10, 22);

/** One of a million indicators, or of as many that are none. */
function indicator(i: number, side: 'in' | 'out'): [kind: IndicatorKind, value: string] {
  const bytes = [i & 255, (i >> 8) & 255, (i >> 16) & 255];
  switch (i % 5) {
    case 0:
      return ['ip', `${side === 'in' ? 11 : 12}.${bytes[2]}.${bytes[1]}.${bytes[0]}`];
    case 1:
      return [
        'ip',
        side === 'in' ? `2001:db8:${i.toString(16).slice(-4)}:${i >> 16}::/64` : `2001:db9:${i & 65_535}::1`,
      ];
    case 2:
      return ['domain', `host${i}.${side}${i % 1000}.example.org`];
    case 3:
      return ['url', `http://www.example.org/${side}/${i}`];
    default:
      return ['hash', `${side === 'in' ? 'a' : 'b'}${i.toString(16).padStart(63, '0')}`];
  }
}

const feedFile = join(directory, 'feed.csv');
const file = createWriteStream(feedFile);
for (let i = 0; i < count; i++)
  if (!file.write(`${indicator(i, 'in')[1]},family ${i % 100},2026-11-21T00:00:00Z\n`))
    await once(file, 'drain');
file.end();
await once(file, 'close');

const rss = (): number => {
  globalThis.gc?.();
  return process.memoryUsage.rss() / 2 ** 20;
};

const enrichment = createEnrichment({
  load: createLoader(pathToFileURL(join(directory, 'load_thread.mjs'))),
});
const feed: EnrichmentSpec['feeds'][number] = {
  name: 'feed',
  path: feedFile,
  format: 'csv',
  delimiter: ',',
  comment: '#',
  header: false,
  columns: { value: '1', description: '2', last_seen: '3' },
  maxBytes: 2 ** 30,
};

async function loadGeo(): Promise<EnrichFigures['geo']> {
  const before = rss();
  const began = performance.now();
  enrichment.apply({ geoip: { maxBytes: 2 ** 30 }, feeds: [], tables: [] });
  await enrichment.load('geoip/country');
  return { ms: performance.now() - began, memory: rss() - before };
}

async function loadFeed(): Promise<Pick<EnrichFigures, 'memory' | 'load'>> {
  const before = rss();
  const delay = monitorEventLoopDelay({ resolution: 5 });
  enrichment.apply({ geoip: { maxBytes: 2 ** 30 }, feeds: [feed], tables: [] });
  delay.enable();
  const began = performance.now();
  const state = await enrichment.load('threat_intel/feed');
  const seconds = (performance.now() - began) / 1000;
  delay.disable();
  if (state?.entries !== count) throw new Error(`Not all indicators were loaded: ${JSON.stringify(state)}`);
  return { memory: rss() - before, load: { seconds, blockedMs: delay.max / 1e6 - 5 } };
}

function lookUp(side: 'in' | 'out', kind: IndicatorKind): number[] {
  const values = Array.from({ length: count }, (_, i) => indicator(i, side))
    .filter(([own]) => own === kind)
    .map(([, value]) => value.replace(/::\/64$/, '::1'));
  return Array.from({ length: 3 }, () => {
    const before = process.cpuUsage();
    let found = 0;
    for (const value of values) if (enrichment.enrichers.threat(kind, value) !== undefined) found++;
    if (found !== (side === 'in' ? values.length : 0))
      throw new Error(`${kind}: ${found} of ${values.length} found`);
    const { user, system } = process.cpuUsage(before);
    return values.length / ((user + system) / 1e6);
  });
}

function perCpuSecond(normalise: Normalise, lines: readonly string[]): number {
  const before = process.cpuUsage();
  for (const line of lines)
    normalise(
      { bytes: Buffer.from(line), format: 'auto', received: start, hints: {}, position: { kind: 'none' } },
      's',
    );
  const { user, system } = process.cpuUsage(before);
  return lines.length / ((user + system) / 1e6);
}

const plain = createNormaliser({ timeZone: 'UTC' });
const enriched = createNormaliser({ timeZone: 'UTC', stages: [enrichment.stage] });

/** With and without, in turn. */
function pair(lines: readonly string[]): Pair {
  const rounds = Array.from(
    { length: 9 },
    () => [perCpuSecond(plain, lines), perCpuSecond(enriched, lines)] as const,
  );
  return { without: rounds.map(([one]) => one), with: rounds.map(([, other]) => other) };
}

const addresses = /\b\d+\.\d+\.(\d+)\.(\d+)\b/g;
const privately = (line: string): string =>
  line.replace(addresses, (_, c, d) => `10.0.${Number(c) % 4}.${d}`);
const publicly = (line: string): string =>
  line.replace(addresses, (_, c, d) => `91.198.${Number(c) % 4}.${d}`);

const geo = await loadGeo();
const loaded = await loadFeed();
const lookups: Record<string, readonly number[]> = {};
for (const kind of ['ip', 'domain', 'url', 'hash'] as const) {
  lookups[`${kind} found`] = lookUp('in', kind);
  lookups[`${kind} not found`] = lookUp('out', kind);
}
const sets = { sshd: sshdLines, nginx: nginxLines, ECS: documents };
const events = Object.entries(sets).map(([name, make]) => {
  const lines = make(20_000, 7, start);
  return { lines: name, nothing: pair(lines.map(privately)), places: pair(lines.map(publicly)) };
});
process.stdout.write(JSON.stringify({ ...loaded, geo, events, lookups } satisfies EnrichFigures));
