import { parseKql } from '@tidewatch/query';
import type { EventStore, TimeRange } from '../../../libs/store/contract.ts';
import { type Figure, quantile } from '../report.ts';

const everyone = { principal: 'bench', dataClasses: 'all' } as const;
const buckets = 60;

/** What an analyst asks for: by word, value, address, number and wildcard, of much and of little. */
export const queries = [
  'user.name: oracle and http.response.status_code: 500',
  'log.level: error and labels.region: north',
  'source.ip: "10.0.0.0/8"',
  'http.response.status_code >= 400 and not url.path: "/login"',
  'url.path: *login* and event.duration > 1500000000',
  'message: "answered in" and host.name: web*',
  'wp-login.php',
  'user.name: (root or admin or test)',
];

export interface Read {
  readonly query: string;
  /** It was never asked before. */
  readonly isFirst: boolean;
  readonly milliseconds: number;
}

/** Each filter with its histogram and first page, first once and then so many times again. */
export async function readTimes(store: EventStore, range: TimeRange, rounds: number): Promise<Read[]> {
  const times: Read[] = [];
  for (let round = -1; round < rounds; round++) {
    for (const text of queries) {
      const parsed = parseKql(text);
      if (!parsed.ok) throw new Error(`${text}: ${parsed.error.message}`);
      const query = parsed.ast;
      const began = performance.now();
      const stepMs = Math.ceil((range.to - range.from) / buckets);
      const [page] = await Promise.all([
        store.search({ query, range, sort: 'newest', limit: 50 }, everyone),
        store.histogram({ query, range, stepMs }, everyone),
      ]);
      if (page.items.length === 0) throw new Error(`${text} finds nothing.`);
      times.push({ query: text, isFirst: round < 0, milliseconds: performance.now() - began });
    }
  }
  return times;
}

/** The figures of queries asked before, by which the bar goes, and of those asked for the first time. */
export function readFigures(
  id: string,
  what: string,
  reads: readonly Read[],
  bar: number,
): readonly Figure[] {
  const again = reads.filter(({ isFirst }) => !isFirst);
  return [
    {
      ...{ id, what: `${what}, asked before`, figure: describeReads(again) },
      ...{ bar: `p95 ≤ ${bar} ms`, met: timeAt(again, 0.95) <= bar },
    },
    {
      ...{ id, what: `${what}, for the first time` },
      figure: describeReads(reads.filter(({ isFirst }) => isFirst)),
    },
  ];
}

const timeAt = (reads: readonly Read[], q: number): number =>
  quantile(
    reads.map(({ milliseconds }) => milliseconds),
    q,
  );

function describeReads(reads: readonly Read[]): string {
  const slowest = reads.reduce((most, read) => (read.milliseconds > most.milliseconds ? read : most));
  const [half, nearlyAll] = [timeAt(reads, 0.5), timeAt(reads, 0.95)].map(Math.round);
  return `p50 ${half} ms, p95 ${nearlyAll} ms, slowest \`${slowest.query}\``;
}
