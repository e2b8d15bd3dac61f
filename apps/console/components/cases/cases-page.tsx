'use client';
import type { CaseRow } from '@tidewatch/api/schemas';
import { BriefcaseBusiness, Plus } from 'lucide-react';
import { parseAsString, useQueryStates } from 'nuqs';
import { lazy, Suspense, useCallback, useDeferredValue, useMemo, useState } from 'react';
import { useCases } from '../../api/cases.ts';
import { caseStatusLabels } from '../../view/case.ts';
import { count } from '../../view/quantity.ts';
import { SplitPane } from '../alerts/split-pane.tsx';
import { KqlBox } from '../filter/kql-box.tsx';
import { kqlProblemOf } from '../filter/kql-problem.ts';
import type { GridColumn } from '../grid/grid-row.tsx';
import { PagedGrid } from '../grid/paged-grid.tsx';
import { useListKeys } from '../grid/use-list-keys.ts';
import { Button } from '../ui/button.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { LevelMark } from '../ui/level-mark.tsx';
import { EmptyState } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { useKey } from '../ui/use-key.ts';
import { useNow } from '../ui/use-now.ts';
import { CaseDetailPane } from './case-detail-pane.tsx';
import { useCaseActions } from './use-case-actions.ts';

const CaseDialog = lazy(() => import('./case-dialog.tsx').then((module) => ({ default: module.CaseDialog })));

const notClosed = 'not status: closed';
const parsers = { q: parseAsString.withDefault(notClosed), id: parseAsString };

export function CasesPage() {
  const [state, setState] = useQueryStates(parsers, { history: 'push' });
  const list = useCases(state.q);
  const actions = useCaseActions();
  const [making, setMaking] = useState(false);
  const rows = useMemo<CaseRow[]>(() => list.data?.pages.flatMap(({ items }) => items) ?? [], [list.data]);
  const open = useCallback(
    (id: string | null) => void setState({ id }, { history: state.id === null ? 'push' : 'replace' }),
    [setState, state.id],
  );
  useListKeys(
    rows,
    ({ id }) => id === state.id,
    (row) => open(row?.id ?? null),
    list.refetch,
  );
  useKey('m', () => setMaking(true));

  return (
    <>
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-bg px-3 py-2">
        <KqlBox
          page="cases"
          value={state.q}
          onChange={(q) => void setState({ q })}
          problem={kqlProblemOf(list.error, state.q, state.q)}
          placeholder="Filter cases, e.g. severity: high and owner: alice"
        />
        <Button look="primary" className="h-8" onClick={() => setMaking(true)}>
          <Plus size={14} aria-hidden /> New case <Kbd>m</Kbd>
        </Button>
      </div>
      <SplitPane
        list={
          <CaseList
            list={list}
            rows={rows}
            cursor={state.id}
            q={state.q}
            onOpen={open}
            onAll={() => void setState({ q: '' })}
          />
        }
        detail={
          state.id === null ? null : (
            <CaseDetailPane key={state.id} id={state.id} actions={actions} onClose={() => open(null)} />
          )
        }
      />
      {making && (
        <Suspense>
          <CaseDialog onClose={() => setMaking(false)} onDone={({ id }) => open(id)} />
        </Suspense>
      )}
    </>
  );
}

const rowId = ({ id }: CaseRow): string => id;

function CaseList({
  list,
  rows,
  cursor,
  q,
  onOpen,
  onAll,
}: {
  readonly list: ReturnType<typeof useCases>;
  readonly rows: readonly CaseRow[];
  readonly cursor: string | null;
  readonly q: string;
  readonly onOpen: (id: string) => void;
  readonly onAll: () => void;
}) {
  const now = useNow();
  const narrow = useDeferredValue(cursor !== null);
  const columns = useMemo(() => caseColumns(now, narrow), [now, narrow]);
  return (
    <section aria-label="Cases" className="flex min-h-0 flex-1 flex-col bg-panel">
      <PagedGrid
        list={list}
        what="the cases"
        empty={
          <EmptyState
            icon={<BriefcaseBusiness size={26} />}
            title={
              q === '' ? 'There is no case' : q === notClosed ? 'No case is open' : 'No case fits this filter'
            }
          >
            <p>
              A case holds the alerts of one story, with notes and an owner. Open one here, or from alerts
              with the key <Kbd>i</Kbd>.
            </p>
            {q !== '' && <Button onClick={onAll}>Show all cases, closed ones too</Button>}
          </EmptyState>
        }
        label="Cases"
        rows={rows}
        columns={columns}
        rowId={rowId}
        rowHeight={narrow ? 50 : 36}
        cursor={cursor}
        onOpen={({ id }) => onOpen(id)}
        restart={q}
        {...(list.hasNextPage && { standing: `${count(rows.length)} shown; more follow` })}
      />
    </section>
  );
}

const statusDot: Readonly<Record<CaseRow['status'], string>> = {
  open: 'bg-accent',
  in_progress: 'bg-low',
  closed: 'bg-faint',
};

const Status = ({ status }: Pick<CaseRow, 'status'>) => (
  <span className="inline-flex items-center gap-1.5 text-sm text-soft">
    <span aria-hidden className={`size-2 rounded-full ${statusDot[status]}`} />
    {caseStatusLabels[status]}
  </span>
);

/** Beside an open case there is room for less. */
function caseColumns(now: number, narrow: boolean): GridColumn<CaseRow>[] {
  const severity: GridColumn<CaseRow> = {
    id: 'severity',
    track: narrow ? '16px' : '96px',
    header: narrow ? <span className="sr-only">Severity</span> : 'Severity',
    cell: (row) => <LevelMark level={row.severity} word={!narrow} />,
  };
  const updated: GridColumn<CaseRow> = {
    id: 'updated',
    track: '112px',
    align: 'right',
    header: 'Last change',
    cell: (row) => (
      <span className="text-sm text-soft">
        <Time at={row.updatedAt} now={now} />
      </span>
    ),
  };
  const title: GridColumn<CaseRow> = {
    id: 'title',
    track: 'minmax(0,3fr)',
    header: 'Case',
    cell: (row) => (
      <div className="min-w-0">
        <div className="truncate font-medium" title={row.title}>
          {row.title}
        </div>
        {narrow && (
          <div className="flex gap-2 truncate text-xs text-soft">
            <Status status={row.status} /> {row.owner ?? 'nobody'}
          </div>
        )}
      </div>
    ),
  };
  if (narrow) return [severity, title, updated];
  return [
    severity,
    title,
    {
      id: 'status',
      track: '120px',
      header: 'Status',
      cell: (row) => <Status status={row.status} />,
    },
    {
      id: 'owner',
      track: 'minmax(80px,0.7fr)',
      header: 'Owner',
      cell: (row) => <span className="block truncate text-sm text-soft">{row.owner ?? 'nobody'}</span>,
    },
    {
      id: 'alerts',
      track: '72px',
      align: 'right',
      header: 'Alerts',
      cell: (row) => <span className="figure text-sm">{count(row.alerts)}</span>,
    },
    updated,
  ];
}
