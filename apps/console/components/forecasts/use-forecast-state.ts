'use client';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { spans } from '../../view/forecast.ts';

/** The page's whole state, in the URL: which series, and how much of the past. */
export const useForecastState = () =>
  useQueryStates(
    {
      name: parseAsString,
      span: parseAsStringLiteral(spans.map(({ value }) => value)).withDefault('24h'),
    },
    { history: 'replace' },
  );
