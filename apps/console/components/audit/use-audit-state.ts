'use client';
import { parseAsInteger, parseAsString, useQueryStates } from 'nuqs';
import { useMemo } from 'react';
import type { AuditFilter } from '../../api/audit.ts';

const wholeRange = { from: 'now-30d', to: 'now' };

const parsers = {
  who: parseAsString.withDefault(''),
  action: parseAsString.withDefault(''),
  target: parseAsString.withDefault(''),
  from: parseAsString.withDefault(wholeRange.from),
  to: parseAsString.withDefault(wholeRange.to),
  seq: parseAsInteger,
};

/** The page's whole state, in the URL; and what it asks the API for. */
export function useAuditState() {
  const [state, setState] = useQueryStates(parsers, { history: 'push' });
  const { who, action, target, from, to } = state;
  const filter = useMemo<AuditFilter>(
    () => ({ who, action, target, from, to }),
    [who, action, target, from, to],
  );
  const filtered =
    who !== '' || action !== '' || target !== '' || from !== wholeRange.from || to !== wholeRange.to;
  return { state, setState, filter, filtered };
}
