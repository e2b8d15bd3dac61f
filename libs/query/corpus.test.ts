import { describe, expect, it } from 'vitest';
import { corpusNow, readCorpus } from './corpus.suite.ts';
import { parseKql } from './parse.ts';
import { toPredicate } from './predicate.ts';
import { printKql } from './print.ts';

const corpus = readCorpus();

it('has over 300 queries', () => {
  expect(corpus.flatMap(({ cases }) => cases).length).toBeGreaterThan(300);
});

describe.each(corpus)('the predicate, on $name', ({ documents, cases }) => {
  it.each(cases)('$query', ({ query, finds, fault }) => {
    const parsed = parseKql(query);
    if (fault !== undefined) {
      expect(parsed).toEqual({ ok: false, error: fault });
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
