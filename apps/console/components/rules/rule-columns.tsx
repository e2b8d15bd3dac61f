import { createColumnHelper } from '@tanstack/react-table';
import type { RuleRow } from '@tidewatch/api/schemas';
import { costFigure, costText } from '../../view/cost.ts';
import { percent } from '../../view/forecast.ts';
import { count } from '../../view/quantity.ts';
import {
  costOf,
  falsePositiveRate,
  reasonOf,
  stateOf,
  type Verdict,
  verdictWords,
} from '../../view/rule-view.ts';
import type { GridColumn, gridFeatures } from '../grid/virtual-grid.tsx';
import { StateDot } from '../health/health-section.tsx';
import { LevelMark } from '../ui/level-mark.tsx';
import { Time } from '../ui/time.tsx';

const helper = createColumnHelper<typeof gridFeatures, RuleRow>();
/** Skipped ones are whole, but of a kind that no engine here runs yet. */
export const stateLooks = { loaded: 'good', rejected: 'bad', skipped: 'idle', quarantined: 'bad' } as const;
export const reasonLook = (rule: RuleRow): string =>
  stateOf(rule) === 'loaded' || stateOf(rule) === 'skipped' ? 'text-soft' : 'text-bad';

/** @param isNarrow a rule is open beside the list */
export const ruleColumns = (
  now: number,
  verdicts: ReadonlyMap<string, Verdict>,
  isNarrow: boolean,
): GridColumn<RuleRow>[] => {
  const always: GridColumn<RuleRow>[] = [
    helper.display({
      id: 'state',
      meta: { track: isNarrow ? '8px' : '104px' },
      header: () => <span className={isNarrow ? 'sr-only' : ''}>State</span>,
      cell: ({ row }) => {
        const state = stateOf(row.original);
        return (
          <StateDot look={stateLooks[state]}>
            <span className={isNarrow ? 'sr-only' : ''}>{state}</span>
          </StateDot>
        );
      },
    }),
    helper.display({
      id: 'level',
      meta: { track: '80px' },
      header: 'Level',
      cell: ({ row }) => <LevelMark level={row.original.level} />,
    }),
    helper.display({
      id: 'title',
      meta: { track: 'minmax(160px,3fr)' },
      header: 'Rule',
      cell: ({ row: { original: rule } }) => (
        <span className="block truncate" title={`${rule.title}\n${rule.file}`}>
          {rule.title}
          {rule.silent && <span className="ml-2 text-sm text-faint">only feeds correlations</span>}
          {reasonOf(rule) !== undefined && (
            <span className={`ml-2 text-sm ${reasonLook(rule)}`}>{reasonOf(rule)}</span>
          )}
        </span>
      ),
    }),
  ];
  const matches = helper.display({
    id: 'matches',
    meta: { track: '68px', align: 'right' },
    header: () => (
      <span title="Since the server’s start; where more alerts are kept, as many as these">Matches</span>
    ),
    cell: ({ row }) => <span className="figure text-sm">{count(row.original.matches)}</span>,
  });
  if (isNarrow) return [...always, matches];
  return [
    ...always,
    helper.display({
      id: 'logsource',
      meta: { track: 'minmax(120px,1.3fr)' },
      header: 'Log source',
      cell: ({ row }) => (
        <span className="block truncate font-mono text-xs text-soft">{row.original.logsource}</span>
      ),
    }),
    matches,
    helper.display({
      id: 'false',
      meta: { track: '92px', align: 'right' },
      header: 'False pos.',
      cell: ({ row }) => {
        const verdict = verdicts.get(row.original.id);
        return (
          <span className="figure text-sm text-soft" title={verdictWords(verdict)}>
            {percent(falsePositiveRate(verdict))}
          </span>
        );
      },
    }),
    helper.display({
      id: 'cost',
      meta: { track: '92px', align: 'right' },
      header: 'Cost',
      cell: ({ row: { original: rule } }) =>
        rule.cost === undefined ? null : (
          <span
            className={`figure text-sm ${rule.cost.flagged ? 'text-bad' : 'text-soft'}`}
            title={costText(rule.cost)}
          >
            {rule.cost.flagged && 'high '}
            {costFigure(costOf(rule))}
          </span>
        ),
    }),
    helper.display({
      id: 'last',
      meta: { track: '108px', align: 'right' },
      header: 'Last match',
      cell: ({ row: { original: rule } }) =>
        rule.lastMatch === null ? (
          <span className="text-sm text-faint">never</span>
        ) : (
          <span className="text-sm">
            <Time at={rule.lastMatch} now={now} />
          </span>
        ),
    }),
  ];
};
