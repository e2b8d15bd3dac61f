import { describe, expect, it } from 'vitest';
import { ownTime } from '../../test/own_time.ts';
import { corpusNow, readCorpus } from './corpus.suite.ts';
import { parseKql } from './parse.ts';
import { toPredicate } from './predicate.ts';
import { printKql } from './print.ts';

const corpus = readCorpus();

it('has over 300 queries', () => {
  expect(corpus.flatMap(({ cases }) => cases).length).toBeGreaterThan(300);
});

it('is parsed in less than 50 µs a query', () => {
  const queries = corpus.flatMap(({ cases }) => cases.map(({ query }) => query));
  const rounds = 20;
  const parseAll = (): void => {
    for (const query of queries) parseKql(query);
  };
  parseAll();
  const start = ownTime();
  for (let round = 0; round < rounds; round++) parseAll();
  expect(((ownTime() - start) * 1_000) / (rounds * queries.length)).toBeLessThan(50);
});

describe.each(corpus)('the predicate, on $name', ({ documents, cases }) => {
  it.each(cases)('$query', ({ query, finds, fault }) => {
    const parsed = parseKql(query);
    if (fault !== undefined) {
      if (parsed.ok) throw new Error(`It parses as ${printKql(parsed.ast)}.`);
      expect(parsed.error).toEqual(fault);
      const { suggestion: _, ...first } = fault;
      expect(parsed.faults[0]).toMatchObject(first);
      return;
    }
    if (!parsed.ok) throw new Error(parsed.error.message);
    for (const ast of [parsed.ast, reread(printKql(parsed.ast))]) {
      const fits = toPredicate(ast, { now: corpusNow });
      expect([...documents].filter(([, document]) => fits(document)).map(([name]) => name)).toEqual(finds);
    }
  });
});

function reread(text: string) {
  const parsed = parseKql(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.message}`);
  return parsed.ast;
}
