'use client';
import type { AlertRow } from '@tidewatch/api/schemas';
import { lazy, Suspense } from 'react';
import type { AlertAction } from '../../api/alerts.ts';
import { plural } from '../../view/quantity.ts';
import type { Gathered } from '../cases/case-dialog.tsx';
import { AssignDialog } from './assign-dialog.tsx';
import { NoteDialog, type NotedVerb } from './note-dialog.tsx';
import { ReasonDialog } from './reason-dialog.tsx';
import { isFound, sizeOf, type Target, type Triage } from './use-triage.ts';

const CaseDialog = lazy(() =>
  import('../cases/case-dialog.tsx').then((module) => ({ default: module.CaseDialog })),
);

/** What the keys `c`, `n` and `i` ask for. */
export function TriageDialogs({ triage }: { readonly triage: Triage }) {
  const { asking, setAsking } = triage;
  if (asking === undefined) return null;
  const { kind, about } = asking;
  const close = (): void => setAsking(undefined);
  const act = (action: AlertAction): void => {
    triage.act(about, action);
    close();
  };
  return (
    <>
      {kind === 'reason' && (
        <ReasonDialog
          what={nameOf(about)}
          onReason={(reason, note) => act({ action: 'close', reason, ...(note !== undefined && { note }) })}
          onClose={close}
        />
      )}
      {kind === 'note' && (
        <NoteDialog what={nameOf(about)} verbs={verbsFor(about)} onNote={act} onClose={close} />
      )}
      {kind === 'assignee' && (
        <AssignDialog what={nameOf(about)} onAssign={(to) => act({ action: 'assign', to })} onClose={close} />
      )}
      {kind === 'case' && (
        <Suspense>
          <CaseDialog
            gathered={isFound(about) ? about : gather(about)}
            onClose={close}
            onDone={triage.clear}
          />
        </Suspense>
      )}
    </>
  );
}

function nameOf(target: Target): string {
  const size = sizeOf(target);
  if (isFound(target)) return `all ${plural(size, 'alert')} that match`;
  return size === 1 ? 'the alert' : plural(size, 'alert');
}

/** What would change one of them. */
function verbsFor(target: Target): NotedVerb[] {
  const some = (status: AlertRow['status']): boolean =>
    isFound(target) || target.some((alert) => alert.status === status);
  return [
    'note',
    ...(some('open') ? ['acknowledge' as const] : []),
    ...(some('closed') ? ['reopen' as const] : []),
  ];
}

/** A case of one alert is called and judged as that is, until somebody knows better. */
function gather(rows: readonly AlertRow[]): Gathered {
  const ids = rows.map(({ id }) => id);
  const [first] = rows;
  return first === undefined || rows.length > 1
    ? { ids }
    : { ids, suggested: { title: first.summary.slice(0, 200), severity: first.detector.level } };
}
