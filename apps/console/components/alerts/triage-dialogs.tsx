'use client';
import type { AlertRow } from '@tidewatch/api/schemas';
import { lazy, Suspense } from 'react';
import { plural } from '../../view/quantity.ts';
import type { Gathered } from '../cases/case-dialog.tsx';
import { NoteDialog } from './note-dialog.tsx';
import { ReasonDialog } from './reason-menu.tsx';
import { isFound, sizeOf, type Target, type Triage } from './use-triage.ts';

const CaseDialog = lazy(() =>
  import('../cases/case-dialog.tsx').then((module) => ({ default: module.CaseDialog })),
);

/** What the keys `c`, `n` and `i` ask for. */
export function TriageDialogs({ triage }: { readonly triage: Triage }) {
  const { asking, setAsking } = triage;
  const what = asking === undefined ? '' : nameOf(asking.about);
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
          if (asking !== undefined) triage.act(asking.about, { action: 'close', reason });
          setAsking(undefined);
        }}
      />
      <NoteDialog
        open={asking?.kind === 'note'}
        onOpenChange={close}
        what={what}
        onNote={(note) => {
          if (asking !== undefined) triage.act(asking.about, { action: 'note', note });
          setAsking(undefined);
        }}
      />
      {asking?.kind === 'case' && (
        <Suspense>
          <CaseDialog
            gathered={isFound(asking.about) ? asking.about : gather(asking.about)}
            onClose={() => setAsking(undefined)}
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

/** A case of one alert is called and judged as that is, until somebody knows better. */
function gather(rows: readonly AlertRow[]): Gathered {
  const ids = rows.map(({ id }) => id);
  const [first] = rows;
  return first === undefined || rows.length > 1
    ? { ids }
    : { ids, suggested: { title: first.summary.slice(0, 200), severity: first.detector.level } };
}
