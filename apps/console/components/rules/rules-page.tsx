'use client';
import type { KeptRule, RuleRow } from '@tidewatch/api/schemas';
import { Plus, ShieldQuestion } from 'lucide-react';
import { useDeferredValue, useMemo } from 'react';
import { useRules, useVerdicts } from '../../api/rules.ts';
import { useMay } from '../../api/session.ts';
import { useHealth } from '../../api/system.ts';
import { count } from '../../view/quantity.ts';
import {
  chosenRules,
  type RuleView,
  ruleKey,
  stateOf,
  verdictsById,
  withKeptAlerts,
} from '../../view/rule-view.ts';
import { SplitPane } from '../alerts/split-pane.tsx';
import { FilterBox } from '../filter/filter-box.tsx';
import { useListKeys } from '../grid/use-list-keys.ts';
import { VirtualGrid } from '../grid/virtual-grid.tsx';
import { Button } from '../ui/button.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { both, Shown } from '../ui/shown.tsx';
import { EmptyState, StaleNote } from '../ui/states.tsx';
import { useKey } from '../ui/use-key.ts';
import { useNow } from '../ui/use-now.ts';
import { AttackMatrix } from './attack-matrix.tsx';
import { NewRulePane } from './new-rule-pane.tsx';
import { ruleColumns } from './rule-columns.tsx';
import { RuleDetailPane } from './rule-detail-pane.tsx';
import { useRuleState } from './use-rule-state.ts';

const empty: readonly RuleRow[] = [];

/** Every rule, the rejected ones with their reason; or the techniques that they find. */
export function RulesPage() {
  const health = useHealth();
  const list = useRules(health.data?.rules);
  const verdicts = useVerdicts();
  const [state, setState] = useRuleState();
  const { look, view, q, id, file, make, run } = state;
  const mayWrite = useMay().may('engineer');
  const now = useNow();
  const byId = useMemo(() => verdictsById(verdicts.data), [verdicts.data]);
  const all = useMemo(() => withKeptAlerts(list.data?.rules ?? empty, byId), [list.data, byId]);
  const rules = useMemo(() => chosenRules(all, view, q, byId), [all, view, q, byId]);
  const opened = all.find((rule) => rule.id === id && (file === null || rule.file === file));
  const isSplit = make || id !== null;
  const beside = useDeferredValue(isSplit);
  const columns = useMemo(() => ruleColumns(now, byId, beside), [now, byId, beside]);
  const open = (rule: RuleRow | undefined): void =>
    void setState({ id: rule?.id ?? null, file: rule?.file ?? null, make: null, run: null });
  const write = (from: string | null): void =>
    void setState({ look: 'list', id: from, file: null, make: true, run: null });
  // Without the health the list is what it was when it came.
  const query = { ...both(list, health), data: list.data };
  useListKeys(rules, (rule) => rule === opened, open, query.refetch);
  useKey('n', () => write(null), { enabled: mayWrite });

  const workshop = {
    run,
    onRun: (started: string): void => void setState({ run: started }),
    onWritten: ({ id: written, version }: KeptRule): void =>
      void setState({ id: version === null ? null : written, file: null, make: null, run: null }),
  };

  const counted = (wanted: RuleView): number => all.filter((rule) => stateOf(rule) === wanted).length;
  const choices = [
    { value: 'all' as const, label: 'All' },
    ...(['loaded', 'rejected', 'quarantined', 'skipped'] as const).flatMap((value) =>
      counted(value) > 0 || value === view
        ? [
            {
              value,
              label: `${value.replace(/^./, (first) => first.toUpperCase())} ${count(counted(value))}`,
            },
          ]
        : [],
    ),
    { value: 'costly' as const, label: 'By cost' },
    { value: 'noisy' as const, label: 'By false positives' },
  ];
  return (
    <Shown query={query} what="The rules" rows={12}>
      {() => (
        <>
          {verdicts.error !== null && (
            <StaleNote error={verdicts.error} onRetry={() => void verdicts.refetch()} />
          )}
          <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-bg px-3 py-2">
            <Segmented
              label="Look"
              value={look}
              onChange={(value) => void setState({ look: value })}
              choices={[
                { value: 'list', label: 'List' },
                { value: 'attack', label: 'ATT&CK' },
              ]}
            />
            {look === 'list' && (
              <>
                <Segmented
                  label="Which rules"
                  value={view}
                  onChange={(value) => void setState({ view: value })}
                  choices={choices}
                />
                <FilterBox
                  label="Find a rule"
                  hint="Title, id, file, tag, log source"
                  value={q}
                  onChange={(text) => void setState({ q: text })}
                />
                <span className="figure text-sm text-faint" role="status">
                  {count(rules.length)} shown
                </span>
              </>
            )}
            {mayWrite && (
              <Button look="primary" className="ml-auto h-8" onClick={() => write(null)}>
                <Plus size={14} aria-hidden /> New rule <Kbd>n</Kbd>
              </Button>
            )}
          </div>
          {look === 'attack' ? (
            <AttackMatrix
              rules={all}
              onTechnique={(technique) =>
                void setState({ look: 'list', view: 'all', q: `attack.${technique.toLowerCase()}` })
              }
            />
          ) : (
            <SplitPane
              list={
                rules.length === 0 ? (
                  <EmptyState icon={<ShieldQuestion size={26} aria-hidden />} title="No rule fits">
                    {all.length === 0 ? (
                      <p>No rule is loaded: put Sigma rules into the folders named in tidewatch.yml.</p>
                    ) : (
                      <Button onClick={() => void setState(null)}>Show all rules</Button>
                    )}
                  </EmptyState>
                ) : (
                  <VirtualGrid
                    label="Rules"
                    rows={rules}
                    columns={columns}
                    rowId={ruleKey}
                    rowHeight={32}
                    total={rules.length}
                    cursor={opened === undefined ? null : ruleKey(opened)}
                    onOpen={(rule) => open(rule === opened ? undefined : rule)}
                    restart={`${view} ${q}`}
                  />
                )
              }
              detail={
                !isSplit ? null : make && mayWrite ? (
                  <NewRulePane key={id} from={id} onClose={() => open(undefined)} {...workshop} />
                ) : id === null ? null : (
                  <RuleDetailPane
                    key={`${file} ${id}`}
                    id={id}
                    row={opened}
                    verdict={byId.get(id)}
                    onCopy={() => write(id)}
                    onClose={() => open(undefined)}
                    {...workshop}
                  />
                )
              }
            />
          )}
        </>
      )}
    </Shown>
  );
}
