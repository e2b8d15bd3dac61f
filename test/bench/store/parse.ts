import { parseKql } from '@tidewatch/query';
import { readCorpus } from '../../../libs/query/corpus.suite.ts';

/** Each query of the corpus is parsed so often for its figure. */
const repeats = 200;

interface Parse {
  readonly query: string;
  readonly microseconds: number;
}

/** What parsing each query of the corpus takes, faulty ones with their corrections. */
export function parseTimes(): Parse[] {
  const queries = readCorpus().flatMap(({ cases }) => cases.map(({ query }) => query));
  const time = (query: string): Parse => {
    const began = performance.now();
    for (let i = 0; i < repeats; i++) parseKql(query);
    return { query, microseconds: ((performance.now() - began) * 1_000) / repeats };
  };
  // Once before, until all of it is compiled.
  queries.forEach(time);
  return queries.map(time);
}
