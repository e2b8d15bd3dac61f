'use client';
import { parseAsInteger, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';

/** The page's whole state, in the URL. */
export const useAnomalyState = () =>
  useQueryStates(
    {
      id: parseAsString,
      q: parseAsString.withDefault(''),
      from: parseAsString.withDefault('now-7d'),
      to: parseAsString.withDefault('now'),
      /** JSON of the values of the entity that is open. */
      entity: parseAsString,
      /** Start of the interval that is open, epoch milliseconds. */
      at: parseAsInteger,
      /** Part of the name of the entities that are listed. */
      find: parseAsString.withDefault(''),
      form: parseAsStringLiteral(['new', 'edit']),
      /** The open interval is being called normal. */
      judge: parseAsStringLiteral(['yes']),
    },
    { history: 'replace' },
  );

export type AnomalyState = ReturnType<typeof useAnomalyState>[0];
export type SetAnomalyState = ReturnType<typeof useAnomalyState>[1];
