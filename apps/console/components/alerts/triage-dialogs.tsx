'use client';
import type { AlertRow } from '@tidewatch/api/schemas';
import { lazy, Suspense } from 'react';
import type { AlertFilter } from '../../api/alerts.ts';
import { plural } from '../../view/quantity.ts';
import type { Gathered } from '../cases/case-dialog.tsx';
import { NoteDialog } from './note-dialog.tsx';
import { ReasonDialog } from './reason-menu.tsx';
import type { Triage } from './use-triage.ts';

const CaseDialog = lazy(() =>
  import('../cases/case-dialog.tsx').then((module) => ({ default: module.CaseDialog })),
);

/** What the keys `c`, `n` and `i` ask for. */
export function TriageDialogs({
  triage,
  filter,
  total,
}: {
  readonly triage: Triage;
  /** What the list shows, and how many that are. */
  readonly filter: AlertFilter;
  readonly total: number;
}) {
  const { asking, setAsking } = triage;
  const what =
    asking === undefined || asking.rows.length === 1 ? 'the alert' : plural(asking.rows.length, 'alert');
  const close = (open: boolean): void => {
    if (!open) setAsking(undefined);
  };
  return (
    <>
      <ReasonDialog
        open={asking?.kind === 'reason'}
        onOpenChange={close}
        what={what}
        onReason={(reason) => {
          if (asking !== undefined) triage.act(asking.rows, { action: 'close', reason });
          setAsking(undefined);
        }}
      />
      <NoteDialog
        open={asking?.kind === 'note'}
        onOpenChange={close}
        what={what}
        onNote={(note) => {
          if (asking !== undefined) triage.act(asking.rows, { action: 'note', note });
          setAsking(undefined);
        }}
      />
      {asking?.kind === 'case' && (
        <Suspense>
          <CaseDialog
            gathered={asking.rows.length === 0 ? { filter, total } : gather(asking.rows)}
            onClose={() => setAsking(undefined)}
            onDone={triage.clear}
          />
        </Suspense>
      )}
    </>
  );
}

/** A case of one alert is called and judged as that is, until somebody knows better. */
function gather(rows: readonly AlertRow[]): Gathered {
  const ids = rows.map(({ id }) => id);
  const [first] = rows;
  return first === undefined || rows.length > 1
    ? { ids }
    : { ids, suggested: { title: first.summary.slice(0, 200), severity: first.detector.level } };
}
