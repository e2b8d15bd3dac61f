import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../bundle.ts';
import { root } from '../../require.ts';
import { type Figure, median, thousands } from '../report.ts';
import { ratios } from '../turns.ts';
import type { EnrichFigures } from './enrich_process.ts';

/** Figures of enrichment, measured in a process of its own, bundled as the server is. */
export function enrichFigures(): readonly Figure[] {
  const directory = mkdtempSync(join(tmpdir(), 'tidewatch-enrich-bench-'));
  try {
    const program = bundle(join(import.meta.dirname, 'enrich_process.ts'), directory);
    bundle(join(root, 'libs/normalize/enrich/load_thread.ts'), directory);
    // Where the database that ships is found.
    const place = join(root, 'node_modules/.cache/enrich-bench.mjs');
    copyFileSync(program, place);
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', place, directory], {
      encoding: 'utf8',
    });
    rmSync(place);
    if (status !== 0) throw new Error(`The measurement failed: ${stderr}`);
    return figuresOf(JSON.parse(stdout) as EnrichFigures);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function figuresOf({ memory, load, lookups, events, geo }: EnrichFigures): readonly Figure[] {
  const shares = events.map(({ lines, nothing, places }) => [
    {
      id: `E-${lines}`,
      what: `${lines}: events per CPU-second with geoip and a million indicators, private addresses only, beside none`,
      figure: beside(nothing),
    },
    {
      id: `E-${lines}-geo`,
      what: `${lines}: the same, a thousand public addresses`,
      figure: beside(places),
    },
  ]);
  const rates = Object.entries(lookups).map(([what, rounds]) => ({ what, rate: median(rounds) }));
  const slowest = Math.min(...rates.map(({ rate }) => rate));
  return [
    {
      id: 'E1',
      what: 'resident memory of a million indicators (addresses, networks, names, URLs, hashes)',
      figure: `${memory.toFixed(0)} MiB`,
      bar: '≤ 300 MiB',
      met: memory <= 300,
    },
    {
      id: 'E2',
      what: 'lookups per CPU-second among them, the slowest kind, found and not found',
      figure: `${thousands(slowest)} (${rates.map(({ what, rate }) => `${what} ${thousands(rate)}`).join(', ')})`,
      bar: '≥ 500,000',
      met: slowest >= 500_000,
    },
    {
      id: 'E3',
      what: 'loading them: seconds, and the longest that the event loop was blocked',
      figure: `${load.seconds.toFixed(1)} s, ${load.blockedMs.toFixed(0)} ms`,
      bar: '≤ 20 ms',
      met: load.blockedMs <= 20,
    },
    {
      id: 'E4',
      what: 'loading the country database: milliseconds, and resident memory',
      figure: `${geo.ms.toFixed(0)} ms, ${geo.memory.toFixed(0)} MiB`,
    },
    ...shares.flat(),
  ];
}

/** With and without, and the share round by round. */
function beside(pair: EnrichFigures['events'][number]['nothing']): string {
  const share = median(ratios(pair.with, pair.without));
  return `${thousands(median(pair.with))} of ${thousands(median(pair.without))} (${share.toFixed(2)})`;
}
