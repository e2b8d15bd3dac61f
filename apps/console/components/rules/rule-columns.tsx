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
import type { GridColumn } from '../grid/grid-row.tsx';
import { StateDot } from '../health/health-section.tsx';
import { LevelMark } from '../ui/level-mark.tsx';
import { Time } from '../ui/time.tsx';

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
    {
      id: 'state',
      track: isNarrow ? '8px' : '104px',
      header: <span className={isNarrow ? 'sr-only' : ''}>State</span>,
      cell: (row) => {
        const state = stateOf(row);
        return (
          <StateDot look={stateLooks[state]}>
            <span className={isNarrow ? 'sr-only' : ''}>{state}</span>
          </StateDot>
        );
      },
    },
    {
      id: 'level',
      track: '80px',
      header: 'Level',
      cell: (row) => <LevelMark level={row.level} />,
    },
    {
      id: 'title',
      track: 'minmax(160px,3fr)',
      header: 'Rule',
      cell: (rule) => (
        <span className="block truncate" title={`${rule.title}\n${rule.file}`}>
          {rule.title}
          {rule.silent && <span className="ml-2 text-sm text-faint">only feeds correlations</span>}
          {reasonOf(rule) !== undefined && (
            <span className={`ml-2 text-sm ${reasonLook(rule)}`}>{reasonOf(rule)}</span>
          )}
        </span>
      ),
    },
  ];
  const matches: GridColumn<RuleRow> = {
    id: 'matches',
    track: '68px',
    align: 'right',
    header: (
      <span title="Since the server’s start; where more alerts are kept, as many as these">Matches</span>
    ),
    cell: (row) => <span className="figure text-sm">{count(row.matches)}</span>,
  };
  if (isNarrow) return [...always, matches];
  return [
    ...always,
    {
      id: 'logsource',
      track: 'minmax(120px,1.3fr)',
      header: 'Log source',
      cell: (row) => <span className="block truncate font-mono text-xs text-soft">{row.logsource}</span>,
    },
    matches,
    {
      id: 'false',
      track: '92px',
      align: 'right',
      header: 'False pos.',
      cell: (row) => {
        const verdict = verdicts.get(row.id);
        return (
          <span className="figure text-sm text-soft" title={verdictWords(verdict)}>
            {percent(falsePositiveRate(verdict))}
          </span>
        );
      },
    },
    {
      id: 'cost',
      track: '92px',
      align: 'right',
      header: 'Cost',
      cell: (rule) =>
        rule.cost === undefined ? null : (
          <span
            className={`figure text-sm ${rule.cost.flagged ? 'text-bad' : 'text-soft'}`}
            title={costText(rule.cost)}
          >
            {rule.cost.flagged && 'high '}
            {costFigure(costOf(rule))}
          </span>
        ),
    },
    {
      id: 'last',
      track: '108px',
      align: 'right',
      header: 'Last match',
      cell: (rule) =>
        rule.lastMatch === null ? (
          <span className="text-sm text-faint">never</span>
        ) : (
          <span className="text-sm">
            <Time at={rule.lastMatch} now={now} />
          </span>
        ),
    },
  ];
};
