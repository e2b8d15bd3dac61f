'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { AlertRow } from '@tidewatch/api/schemas';
import { lazy, Suspense, useCallback, useDeferredValue, useEffect, useMemo } from 'react';
import { prefetchAlert, useAlerts } from '../../api/alerts.ts';
import { toggleGroup, valuesOf } from '../../view/alert-group.ts';
import { RowValuesMenu } from '../filter/row-values-menu.tsx';
import { changeFilter, type ValueActions, ValueActionsContext } from '../filter/value-actions.ts';
import type { OnFilter } from '../filter/value-menu.tsx';
import { useCursor } from '../grid/use-cursor.ts';
import { loadMenus } from '../ui/menu.tsx';
import { SkeletonRows } from '../ui/states.tsx';
import { toasts } from '../ui/toasts.tsx';
import { useKey } from '../ui/use-key.ts';
import { AlertList } from './alert-list.tsx';
import { AlertToolbar } from './alert-toolbar.tsx';
import { AlertsHead } from './alerts-head.tsx';
import { JobStrip } from './job-strip.tsx';
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

const rowId = ({ id }: AlertRow): string => id;

export function AlertsPage() {
  const client = useQueryClient();
  const { state, setState, filter, wide } = useAlertState();
  const list = useAlerts(filter, state.sort);
  const beside = useDeferredValue(state.id !== null);
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
      if (id !== null) {
        setCursor(id);
        // Asked for now, the answer comes while the list makes room for it.
        prefetchAlert(client, id);
      }
      // Opening is a step to come back from; going from one to the next is not.
      void setState({ id, match: null }, { history: state.id === null ? 'push' : 'replace' });
    },
    [client, setState, setCursor, state.id],
  );
  const onFilter = useCallback<OnFilter>(
    (field, value, mode) => void setState({ q: changeFilter(state.q, field, value, mode) }),
    [setState, state.q],
  );
  const actions = useMemo<ValueActions>(
    () => ({ onGroup: (field) => void setState(({ by }) => ({ by: toggleGroup(by, field), group: null })) }),
    [setState],
  );

  useKey('escape', () => {
    if (triage.marked !== undefined) triage.clear();
    else open(null);
  });

  return (
    <ValueActionsContext value={actions}>
      {!isGrouped && atCursor !== undefined && (
        <RowValuesMenu values={valuesOf(atCursor)} at={atCursor.last} onFilter={onFilter} />
      )}
      <AlertsHead status={state.status} error={list.error} {...{ filter, wide, setState }} />
      <JobStrip {...triage.bulk} />
      <SplitPane
        list={
          <section aria-label="Alerts" className="flex min-h-0 flex-1 flex-col bg-panel">
            <AlertToolbar {...{ list, rows, state, setState, live, triage, marked, filter }} />
            {isGrouped ? (
              <Suspense fallback={<SkeletonRows label="Loading the groups" />}>
                <GroupList
                  {...{ filter, state, setState, marked, onFilter }}
                  mayWork={triage.mayWork}
                  open={beside}
                  onOpen={open}
                  onReload={live.load}
                />
              </Suspense>
            ) : (
              <AlertList
                {...{ list, rows, state, setState, live, cursor, onFilter, triage }}
                open={beside}
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
