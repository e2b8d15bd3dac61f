'use client';
import { createColumnHelper } from '@tanstack/react-table';
import type { Health, RuleList } from '@tidewatch/api/schemas';
import { type Level, levels } from '@tidewatch/event';
import { Search } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useRule, useRules } from '../../api/system.ts';
import { costFigure, costText } from '../../view/cost.ts';
import { count } from '../../view/quantity.ts';
import { conditionLines } from '../../view/reason.ts';
import { RuleSource } from '../explain/rule-source.tsx';
import { type GridColumn, type gridFeatures, VirtualGrid } from '../grid/virtual-grid.tsx';
import { LevelMark } from '../ui/level-mark.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { ProblemState, SkeletonRows } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { useNow } from '../ui/use-now.ts';
import { HealthSection, StateDot } from './health-section.tsx';

type Rule = RuleList['rules'][number];
type ShownState = Rule['state'] | 'quarantined';
type StateView = 'all' | ShownState | 'costly';

const helper = createColumnHelper<typeof gridFeatures, Rule>();
/** Skipped ones are whole, but of a kind that no engine here runs yet. */
const stateLooks = { loaded: 'good', rejected: 'bad', skipped: 'idle', quarantined: 'bad' } as const;
const stateOrder = { quarantined: 0, rejected: 1, loaded: 2, skipped: 3 } as const;
const stateOf = (rule: Rule): ShownState => (rule.quarantine === undefined ? rule.state : 'quarantined');
const reasonOf = (rule: Rule): string | undefined => rule.quarantine?.reason ?? rule.reason ?? rule.hampered;
const costOf = ({ cost }: Rule): number => (cost === undefined ? 0 : cost.seconds + cost.explainingSeconds);
const noConditions = conditionLines([]);
const rank = (level: Level): number => levels.indexOf(level);
const reasonLook = (rule: Rule): string =>
  stateOf(rule) === 'loaded' || stateOf(rule) === 'skipped' ? 'text-soft' : 'text-bad';
const ruleKey = (rule: Rule): string => `${rule.file} ${rule.id}`;

const columnsAt = (now: number): GridColumn<Rule>[] => [
  helper.display({
    id: 'state',
    meta: { track: '112px' },
    header: 'State',
    cell: ({ row }) => {
      const state = stateOf(row.original);
      return <StateDot look={stateLooks[state]}>{state}</StateDot>;
    },
  }),
  helper.display({
    id: 'level',
    meta: { track: '88px' },
    header: 'Level',
    cell: ({ row }) => <LevelMark level={row.original.level} />,
  }),
  helper.display({
    id: 'title',
    meta: { track: 'minmax(200px,3fr)' },
    header: 'Rule',
    cell: ({ row }) => (
      <span className="block truncate" title={`${row.original.title}\n${row.original.file}`}>
        {row.original.title}
        {row.original.silent && <span className="ml-2 text-sm text-faint">only feeds correlations</span>}
        {reasonOf(row.original) !== undefined && (
          <span className={`ml-2 text-sm ${reasonLook(row.original)}`}>{reasonOf(row.original)}</span>
        )}
      </span>
    ),
  }),
  helper.display({
    id: 'logsource',
    meta: { track: 'minmax(120px,1.3fr)' },
    header: 'Log source',
    cell: ({ row }) => (
      <span className="block truncate font-mono text-xs text-soft">{row.original.logsource}</span>
    ),
  }),
  helper.display({
    id: 'matches',
    meta: { track: '72px', align: 'right' },
    header: 'Matches',
    cell: ({ row }) => <span className="figure text-sm">{count(row.original.matches)}</span>,
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
    cell: ({ row }) =>
      row.original.lastMatch === null ? (
        <span className="text-sm text-faint">never</span>
      ) : (
        <span className="text-sm">
          <Time at={row.original.lastMatch} now={now} />
        </span>
      ),
  }),
];

/** Every rule, the rejected ones first with their reason; opening one shows its source. */
export function RuleTable(counts: Health['rules']) {
  const { loaded, rejected, quarantined } = counts;
  const { data, error, refetch } = useRules(counts);
  const [search, setSearch] = useState('');
  const [view, setView] = useState<StateView>('all');
  const [opened, setOpened] = useState<string | null>(null);
  const skipped = data?.rules.filter(({ state }) => state === 'skipped').length;
  const now = useNow();
  const columns = useMemo(() => columnsAt(now), [now]);
  const rules = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    return (data?.rules ?? [])
      .filter((rule) => {
        if (view === 'costly' ? costOf(rule) === 0 : view !== 'all' && stateOf(rule) !== view) return false;
        const text = `${rule.title} ${rule.id} ${rule.file} ${rule.logsource} ${rule.level} ${rule.tags.join(' ')} ${reasonOf(rule) ?? ''}`;
        return words.every((word) => text.toLowerCase().includes(word));
      })
      .sort(
        (a, b) =>
          (view === 'costly' ? costOf(b) - costOf(a) : 0) ||
          stateOrder[stateOf(a)] - stateOrder[stateOf(b)] ||
          b.matches - a.matches ||
          rank(b.level) - rank(a.level) ||
          (a.title < b.title ? -1 : 1),
      );
  }, [data, search, view]);

  return (
    <HealthSection
      id="rules"
      title="Rules"
      aside={
        <>
          <Segmented
            label="State"
            value={view}
            onChange={setView}
            choices={[
              { value: 'all', label: 'All' },
              { value: 'loaded', label: `Loaded ${count(loaded)}` },
              { value: 'rejected', label: `Rejected ${count(rejected)}` },
              ...(quarantined > 0
                ? [{ value: 'quarantined' as const, label: `Quarantined ${count(quarantined)}` }]
                : []),
              { value: 'costly', label: 'By cost' },
              { value: 'skipped', label: skipped === undefined ? 'Skipped' : `Skipped ${count(skipped)}` },
            ]}
          />
          <label className="flex h-8 w-72 items-center gap-2 rounded-md border border-line bg-panel px-2 focus-within:border-accent">
            <Search size={13} className="text-faint" aria-hidden />
            <input
              value={search}
              onChange={(event) => setSearch(event.target.value)}
              placeholder="Title, id, file, tag, log source"
              aria-label="Find a rule"
              className="min-w-0 flex-1 bg-transparent text-sm outline-none placeholder:text-faint"
            />
          </label>
          <span className="figure text-sm text-faint">{count(rules.length)} shown</span>
        </>
      }
    >
      <div className="flex h-96 flex-col overflow-hidden rounded-lg border border-line bg-panel">
        {data === undefined ? (
          error === null ? (
            <SkeletonRows rows={9} label="Loading the rules" />
          ) : (
            <ProblemState error={error} what="The rules" onRetry={() => void refetch()} />
          )
        ) : rules.length === 0 ? (
          <p className="p-4 text-sm text-soft">
            {data.rules.length === 0
              ? 'No rule is loaded: put Sigma rules into the folders named in tidewatch.yml.'
              : 'No rule fits.'}
          </p>
        ) : (
          <VirtualGrid
            label="Rules"
            rows={rules}
            columns={columns}
            rowId={ruleKey}
            rowHeight={32}
            total={rules.length}
            cursor={opened}
            onOpen={(rule) => setOpened((before) => (before === ruleKey(rule) ? null : ruleKey(rule)))}
            expanded={(rule) => (ruleKey(rule) === opened ? <OpenedRule rule={rule} /> : null)}
          />
        )}
      </div>
    </HealthSection>
  );
}

function OpenedRule({ rule }: { readonly rule: Rule }) {
  const { data, error } = useRule(rule.id);
  const now = useNow();
  return (
    <div className="flex flex-col gap-2 px-4 py-3 text-sm">
      <p className="text-soft">
        <code className="font-mono text-xs break-all">{rule.file}</code>
        {rule.author !== undefined && ` · ${rule.author}`}
      </p>
      {reasonOf(rule) !== undefined && <p className={reasonLook(rule)}>{reasonOf(rule)}</p>}
      {rule.quarantine !== undefined && (
        <p className="text-soft">
          Not run since <Time at={rule.quarantine.since} now={now} />, until it changes or somebody releases
          it: <code className="font-mono text-xs">npx tidewatch sigma release {rule.id}</code>
        </p>
      )}
      {rule.cost !== undefined && <p className="text-soft">{costText(rule.cost)}</p>}
      {data !== undefined ? (
        <RuleSource
          source={data.source}
          conditions={noConditions}
          absent={[]}
          active={null}
          onActive={() => undefined}
        />
      ) : error !== null ? (
        <p className="text-soft">{error.message}</p>
      ) : (
        <div className="skeleton h-32" role="status" aria-label="Loading the rule" />
      )}
    </div>
  );
}
