'use client';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { ruleViews } from '../../view/rule-view.ts';

export const ruleLooks = ['list', 'attack'] as const;

/** The page's whole state, in the URL. `file` tells two documents with one id apart. */
export const useRuleState = () =>
  useQueryStates(
    {
      look: parseAsStringLiteral(ruleLooks).withDefault('list'),
      view: parseAsStringLiteral(ruleViews).withDefault('all'),
      q: parseAsString.withDefault(''),
      id: parseAsString,
      file: parseAsString,
    },
    { history: 'replace' },
  );
