'use client';
import { parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { ruleViews } from '../../view/rule-view.ts';

export const ruleLooks = ['list', 'attack'] as const;

/**
 * The page's whole state, in the URL. `file` tells two documents with one id apart; `make` writes a new rule, from the one
 * of `id` if there is one; `run` is the trial that is shown.
 */
export const useRuleState = () =>
  useQueryStates(
    {
      look: parseAsStringLiteral(ruleLooks).withDefault('list'),
      view: parseAsStringLiteral(ruleViews).withDefault('all'),
      q: parseAsString.withDefault(''),
      id: parseAsString,
      file: parseAsString,
      make: parseAsBoolean.withDefault(false),
      run: parseAsString,
    },
    { history: 'replace' },
  );
