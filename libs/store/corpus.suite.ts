import type { JsonObject } from '@tidewatch/event';
import { and, type KqlNode } from '@tidewatch/query';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CorpusFile, corpusNow, readCorpus } from '../query/corpus.suite.ts';
import type { EventStore } from './contract.ts';
import {
  always,
  everyone,
  indexed,
  kql,
  type OpenHarness,
  type StoreHarness,
  suiteClasses,
} from './fixtures.suite.ts';

/** Queries that are asked side by side. */
const atOnce = 8;

/**
 * The corpus of queries finds the same in a store as in memory.
 *
 * @param every asks only each so many-th query, for runs that must be short
 */
export function describeCorpus(name: string, open: OpenHarness<EventStore>, every = 1): void {
  describe(`${name} answers the corpus`, () => {
    let harness: StoreHarness<EventStore>;
    const corpus = readCorpus().filter(({ documents }) => documents.size > 0);
    beforeAll(async () => {
      harness = await open(suiteClasses, corpusNow);
      const outcomes = await harness.store.write(corpus.flatMap(recordsOf));
      expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['stored']));
    }, 60_000);
    afterAll(() => harness?.dispose());

    it.each(corpus)(
      'on $name',
      async (file) => {
        const asked = file.cases.filter((_, i) => i % every === 0);
        const found: string[] = [];
        for (let at = 0; at < asked.length; at += atOnce) {
          const part = asked.slice(at, at + atOnce).map(({ query }) => and([ofFile(file), kql(query)]));
          found.push(...(await Promise.all(part.map(find))));
        }
        expect(asked.map(({ query }, i) => [query, found[i]])).toEqual(
          asked.map(({ query, finds }) => [query, finds?.join(' ')]),
        );
      },
      60_000,
    );

    async function find(query: KqlNode): Promise<string> {
      const request = { query, range: always, sort: 'oldest', limit: 100 } as const;
      const { items } = await harness.store.search(request, everyone);
      return items
        .map(({ event }) => event.id.slice(-1))
        .sort()
        .join(' ');
    }
  });
}

const ofFile = ({ name }: CorpusFile): KqlNode => ({
  kind: 'is',
  field: 'event.dataset',
  value: { type: 'literal', text: name },
});

const recordsOf = ({ name, documents }: CorpusFile) =>
  [...documents].map(([letter, document]) =>
    indexed({ ...document, event: { id: `${name}.${letter}`, dataset: name } as JsonObject }),
  );
