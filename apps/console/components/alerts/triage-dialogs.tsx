'use client';
import { plural } from '../../view/quantity.ts';
import { NoteDialog } from './note-dialog.tsx';
import { ReasonDialog } from './reason-menu.tsx';
import type { Triage } from './use-triage.ts';

/** What the keys `c` and `n` ask for. */
export function TriageDialogs({ triage }: { readonly triage: Triage }) {
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
    </>
  );
}
