'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { AlertRow } from '@tidewatch/api/schemas';
import { type Level, levels } from '@tidewatch/event';
import { lazy, Suspense, useCallback, useEffect, useMemo } from 'react';
import { prefetchAlert, useAlertHistogram, useAlerts, useAlertTotals } from '../../api/alerts.ts';
import { toggleGroup, valuesOf } from '../../view/alert-group.ts';
import { levelLabels, statusViewLabels, statusViews } from '../../view/alert-view.ts';
import { absoluteRange } from '../../view/time-range.ts';
import { HistogramPanel } from '../charts/histogram-panel.tsx';
import type { ChartSeries } from '../charts/stack.ts';
import { KqlBox } from '../filter/kql-box.tsx';
import { kqlProblemOf } from '../filter/kql-problem.ts';
import { RowValuesMenu } from '../filter/row-values-menu.tsx';
import { TimePicker } from '../filter/time-picker.tsx';
import { changeFilter, type ValueActions, ValueActionsContext } from '../filter/value-actions.ts';
import type { OnFilter } from '../filter/value-menu.tsx';
import { ViewsMenu } from '../filter/views-menu.tsx';
import { useCursor } from '../grid/use-cursor.ts';
import { loadMenus } from '../ui/menu.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { SkeletonRows } from '../ui/states.tsx';
import { toasts } from '../ui/toasts.tsx';
import { useKey } from '../ui/use-key.ts';
import { AlertList } from './alert-list.tsx';
import { AlertToolbar } from './alert-toolbar.tsx';
import { JobStrip } from './job-strip.tsx';
import { KpiStrip } from './kpi-strip.tsx';
import { SplitPane } from './split-pane.tsx';
import { useAlertState } from './use-alert-state.ts';
import { useLiveAlerts } from './use-live-alerts.ts';
import { useMarked } from './use-marked.ts';
import { useTriage } from './use-triage.ts';

// Not needed to see the queue; fetched as soon as a row has the cursor, so that they are there when it is acted on.
const loadDetail = () =>
  import('./alert-detail-pane.tsx').then((module) => ({ default: module.AlertDetailPane }));
const loadDialogs = () =>
  import('./triage-dialogs.tsx').then((module) => ({ default: module.TriageDialogs }));
const GroupList = lazy(() => import('./group-list.tsx').then((module) => ({ default: module.GroupList })));
const AlertDetailPane = lazy(loadDetail);
const TriageDialogs = lazy(loadDialogs);

/** Severest first: the chart stacks them from its base. */
const levelSeries: readonly ChartSeries[] = [...levels]
  .reverse()
  .map((level) => ({ key: level, label: levelLabels[level], colour: `--${level}` }));

const rowId = ({ id }: AlertRow): string => id;

export function AlertsPage() {
  const client = useQueryClient();
  const { state, setState, filter, wide } = useAlertState();
  const list = useAlerts(filter, state.sort);
  const totals = useAlertTotals(wide);
  const histogram = useAlertHistogram(filter);
  const rows = useMemo<AlertRow[]>(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const live = useLiveAlerts(rows, filter);
  const marked = useMarked({ state, filter });
  const { isGrouped } = marked;
  const { cursor, setCursor, atCursor } = useCursor(rows, rowId, {
    first: state.id,
    enabled: !isGrouped,
    onOpen: ({ id }) => open(id),
    onMove({ id }, beyond) {
      if (state.id === null) return;
      open(id);
      if (beyond !== undefined) prefetchAlert(client, beyond.id);
    },
    onReload: live.load,
  });
  // Among groups no row has the cursor: only an alert that is open can be meant.
  const triage = useTriage(rows, isGrouped ? state.id : cursor, marked);

  useEffect(() => {
    if (state.id !== null) setCursor(state.id);
  }, [state.id, setCursor]);
  useEffect(() => {
    if (cursor === null) return;
    void loadDetail();
    void loadDialogs();
    loadMenus();
    toasts.preload();
  }, [cursor]);
  const open = useCallback(
    (id: string | null) => {
      if (id !== null) setCursor(id);
      // Opening is a step to come back from; going from one to the next is not.
      void setState({ id, match: null }, { history: state.id === null ? 'push' : 'replace' });
    },
    [setState, setCursor, state.id],
  );
  const onFilter = useCallback<OnFilter>(
    (field, value, mode) => void setState({ q: changeFilter(state.q, field, value, mode) }),
    [setState, state.q],
  );
  const actions = useMemo<ValueActions>(
    () => ({ onGroup: (field) => void setState(({ by }) => ({ by: toggleGroup(by, field), group: null })) }),
    [setState],
  );
  const onBrush = (from: number, to: number): void => void setState(absoluteRange(from, to));

  useKey('escape', () => {
    if (triage.marked !== undefined) triage.clear();
    else open(null);
  });

  return (
    <ValueActionsContext value={actions}>
      {!isGrouped && atCursor !== undefined && (
        <RowValuesMenu values={valuesOf(atCursor)} at={atCursor.last} onFilter={onFilter} />
      )}
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-bg px-3 py-2">
        <Segmented
          label="Status"
          value={state.status}
          onChange={(status) => void setState({ status })}
          choices={statusViews.map((value) => ({ value, label: statusViewLabels[value] }))}
        />
        <KqlBox
          page="alerts"
          range={state}
          value={state.q}
          onChange={(q) => void setState({ q })}
          problem={kqlProblemOf(list.error, state.q, filter.q)}
          placeholder="Filter alerts, e.g. rule.level: high and host.name: dc-*"
        />
        <TimePicker range={state} onChange={({ from, to }) => void setState({ from, to })} />
        <ViewsMenu page="alerts" />
      </div>
      <div className="flex h-28 shrink-0 border-b border-line bg-panel">
        <KpiStrip
          totals={totals.data}
          failed={totals.error !== null}
          onLevel={(level: Level) =>
            void setState({ q: changeFilter(state.q, 'rule.level', level, 'in'), status: 'open' })
          }
          onStatus={(status) => void setState({ status })}
        />
        <HistogramPanel
          histogram={histogram.data}
          series={levelSeries}
          what="alert"
          onBrush={onBrush}
          busy={histogram.isPlaceholderData}
          error={histogram.error}
        />
      </div>
      <JobStrip {...triage.bulk} />
      <SplitPane
        list={
          <section aria-label="Alerts" className="flex min-h-0 flex-1 flex-col bg-panel">
            <AlertToolbar {...{ list, rows, state, setState, live, triage, marked, filter }} />
            {isGrouped ? (
              <Suspense fallback={<SkeletonRows label="Loading the groups" />}>
                <GroupList
                  {...{ filter, state, setState, marked, onFilter }}
                  open={state.id !== null}
                  onOpen={open}
                  onReload={live.load}
                />
              </Suspense>
            ) : (
              <AlertList
                {...{ list, rows, state, setState, live, cursor, onFilter, triage }}
                open={state.id !== null}
                onOpen={open}
              />
            )}
          </section>
        }
        detail={
          state.id === null ? null : (
            <Suspense fallback={<SkeletonRows label="Loading the alert" />}>
              <AlertDetailPane
                key={state.id}
                id={state.id}
                triage={triage}
                onFilter={onFilter}
                onClose={() => open(null)}
              />
            </Suspense>
          )
        }
      />
      {triage.asking !== undefined && (
        <Suspense>
          <TriageDialogs triage={triage} />
        </Suspense>
      )}
    </ValueActionsContext>
  );
}
