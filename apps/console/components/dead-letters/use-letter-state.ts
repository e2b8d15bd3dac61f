'use client';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useMemo } from 'react';
import type { LetterFilter } from '../../api/dead-letters.ts';
import { letterStates } from '../../view/letter-view.ts';

/** As long as letters are kept by default. */
const wholeRange = { from: 'now-7d', to: 'now' };

const parsers = {
  q: parseAsString.withDefault(''),
  from: parseAsString.withDefault(wholeRange.from),
  to: parseAsString.withDefault(wholeRange.to),
  state: parseAsStringLiteral(letterStates).withDefault('open'),
  reason: parseAsString.withDefault(''),
  source: parseAsString.withDefault(''),
  id: parseAsString,
};

/** The page's whole state, in the URL; and what it asks the API for. */
export function useLetterState() {
  const [state, setState] = useQueryStates(parsers, { history: 'push' });
  const { q, from, to, state: letters, reason, source } = state;
  const filter = useMemo<LetterFilter>(
    () => ({ q, from, to, state: letters, reason, source }),
    [q, from, to, letters, reason, source],
  );
  const filtered =
    q !== '' ||
    reason !== '' ||
    source !== '' ||
    letters !== 'open' ||
    from !== wholeRange.from ||
    to !== wholeRange.to;
  return { state, setState, filter, filtered };
}

export type LetterState = ReturnType<typeof useLetterState>;
