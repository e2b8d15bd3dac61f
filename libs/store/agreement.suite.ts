import type { EcsEvent } from '@tidewatch/event';
import { type KqlNode, printKql, toPredicate } from '@tidewatch/query';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random } from '../../test/seed.ts';
import { firstDocument, randomDocuments, randomQuery, type Shapes } from './agreement_queries.suite.ts';
import type { EventStore } from './contract.ts';
import {
  always,
  eventOf,
  everyone,
  indexed,
  kql,
  type OpenHarness,
  type StoreHarness,
  suiteClasses,
  suiteNow,
} from './fixtures.suite.ts';

/** Hits that are read one by one, and documents of a batch. */
const pageSize = 1_000;

/** Marks of documents, each on a random half of them but for the first, by whose counts sets of documents differ. */
const marks = [...'♔♕♖♗♘♙♚♛♜♝♞♟♠♡♢♣♤♥♦♧♨♩♪♫'];
const next = random(5);
const someMarks = (): string[] => marks.filter((_, i) => i === 0 || next() < 0.5);
type Marked = EcsEvent & { readonly marks: readonly string[] };

/** In batches. */
async function inBatches<T, R>(
  all: readonly T[],
  write: (batch: readonly T[]) => Promise<R[]>,
): Promise<R[]> {
  const answers: R[] = [];
  for (let at = 0; at < all.length; at += pageSize)
    answers.push(...(await write(all.slice(at, at + pageSize))));
  return answers;
}

/**
 * How much is compared: `atOnce` queries are asked side by side, until all are or the limit is reached. `all` of them have
 * to be within it, and where every hit was read they are not counted once more.
 */
export interface Extent {
  readonly documents: number;
  readonly queries: number;
  readonly atOnce: number;
  readonly limitMs: number;
  readonly all: boolean;
}
const briefly: Extent = { documents: 600, queries: 150, atOnce: 1, limitMs: 3_000, all: false };

/** The same hits and counts as the predicate, by every adapter, over one corpus of documents and queries. */
export function describeAgreement(
  name: string,
  open: OpenHarness<EventStore>,
  shapes: Shapes,
  { documents: wantedDocuments, queries, atOnce, limitMs, all }: Extent = briefly,
): void {
  describe(`${name} agrees with the predicate`, () => {
    let harness: StoreHarness<EventStore>;
    let events: Marked[];
    beforeAll(async () => {
      harness = await open(suiteClasses, suiteNow);
      const documents = fc.sample(randomDocuments[shapes], { numRuns: wantedDocuments, seed: 8 });
      const records = [firstDocument, ...documents].map((one) => indexed({ ...one, marks: someMarks() }));
      const outcomes = [
        ...(await harness.store.write(records.slice(0, 1))),
        ...(await inBatches(records.slice(1), (batch) => harness.store.write(batch))),
      ];
      expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['stored']));
      events = records.map((record) => eventOf(record) as Marked);
    }, 300_000);
    afterAll(() => harness?.dispose());

    /** The first hits by time and id, one by one; then their number, or where they are many that of each mark. */
    async function compare(node: KqlNode): Promise<void> {
      const wanted = events.filter(toPredicate(node, { now: suiteNow })) as Marked[];
      const found = await firstHits(node);
      const [mine, theirs] = [
        new Set(wanted.slice(0, pageSize).map(({ event }) => event.id)),
        new Set(found),
      ];
      const differing = events.filter(({ event }) => mine.has(event.id) !== theirs.has(event.id));
      expect([printKql(node), differing.slice(0, 3)]).toEqual([printKql(node), []]);
      if (all && wanted.length < pageSize) return;
      expect([printKql(node), await countsFor(node, wanted.length)]).toEqual([
        printKql(node),
        wanted.length < pageSize ? wanted.length : markCounts(wanted),
      ]);
    }

    async function firstHits(query: KqlNode): Promise<string[]> {
      const found: string[] = [];
      for (let after: string | undefined, more = true; more && found.length < pageSize; ) {
        const asked = {
          query,
          range: always,
          sort: 'oldest',
          limit: pageSize,
          ...(after && { after }),
        } as const;
        const page = await harness.store.search(asked, everyone);
        found.push(...page.items.map(({ event }) => event.id));
        after = page.next;
        more = after !== undefined;
      }
      return found.slice(0, pageSize);
    }

    async function countsFor(query: KqlNode, wanted: number): Promise<number | object> {
      const request = { query, range: always };
      if (wanted < pageSize) return harness.store.count(request, everyone);
      const values = await harness.store.topValues(
        { ...request, field: 'marks', limit: marks.length },
        everyone,
      );
      return Object.fromEntries(values.map(({ value, count }) => [value, count]));
    }

    it(
      'about random queries',
      async () => {
        const limits = {
          numRuns: Math.ceil(queries / atOnce),
          interruptAfterTimeLimit: limitMs,
          markInterruptAsFailure: all,
          // The comparison that fails names its query, and finding a smaller one takes as long as all of them.
          endOnFailure: all,
        };
        const several = fc.array(randomQuery, { minLength: atOnce, maxLength: atOnce });
        const comparing = fc.asyncProperty(several, async (nodes) => {
          await Promise.all(nodes.map(compare));
        });
        await fc.assert(comparing, limits);
      },
      limitMs + 60_000,
    );

    it.each([
      'host.name: web',
      'source.ip: 10.0.0.0/8',
      'source.ip: ::ffff:0:0/96',
      '*: *',
      'failed password',
      '"failed password"',
      '*.ip: 10.0.0.0/8',
      'b: { a: web and not b: * }',
      '@timestamp >= now-1h and @timestamp <= now',
      '@timestamp: 2024-05-15',
      'a: 2024-05-15',
      'a < 2024-05-15',
      // As keys are written among the words of a row, and what stands for a newline there.
      '"\x01"',
      '"\x01b"',
      '"x\vy"',
      'x*y',
      '/x.y/',
      '/^.b$/',
    ])('about %s, and finds something', async (text) => {
      const node = kql(text);
      await compare(node);
      expect(events.some(toPredicate(node, { now: suiteNow }))).toBe(true);
    });
  });
}

function markCounts(events: readonly Marked[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const mark of events.flatMap((event) => event.marks)) counts[mark] = (counts[mark] ?? 0) + 1;
  return counts;
}
