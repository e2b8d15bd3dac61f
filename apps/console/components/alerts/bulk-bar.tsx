'use client';
import { BriefcaseBusiness, Check, CircleCheck, RotateCcw, StickyNote, UserRound, X } from 'lucide-react';
import { plural } from '../../view/quantity.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Kbd } from '../ui/kbd.tsx';
import type { Triage } from './use-triage.ts';

/** What whoever looks can do with the selected alerts. */
export function BulkBar({
  says,
  all,
  triage,
}: {
  /** What is selected, e.g. `3 alerts selected`. */
  readonly says: string;
  /** Offered beside: all that match. */
  readonly all?: { readonly total: number; readonly onSelect: () => void } | undefined;
  readonly triage: Triage;
}) {
  const { actOnTarget, ask } = triage;
  return (
    <div
      role="toolbar"
      aria-label="Selected alerts"
      className="flex h-10 shrink-0 items-center gap-2 overflow-x-auto border-b border-line bg-accent-wash px-3"
    >
      <span className="figure mr-1 text-sm font-medium whitespace-nowrap">{says}</span>
      {all !== undefined && (
        <Button look="quiet" className="text-accent" onClick={all.onSelect}>
          Select all {plural(all.total, 'alert')} that match
        </Button>
      )}
      <Button onClick={() => actOnTarget({ action: 'acknowledge' })}>
        <Check size={13} aria-hidden /> Acknowledge <Kbd>a</Kbd>
      </Button>
      <Button onClick={() => ask('reason')}>
        <CircleCheck size={13} aria-hidden /> Close… <Kbd>c</Kbd>
      </Button>
      <Button onClick={() => actOnTarget({ action: 'reopen' })}>
        <RotateCcw size={13} aria-hidden /> Reopen
      </Button>
      <Button onClick={() => ask('note')}>
        <StickyNote size={13} aria-hidden /> Note <Kbd>n</Kbd>
      </Button>
      <Button onClick={() => ask('assignee')}>
        <UserRound size={13} aria-hidden /> Assign… <Kbd>u</Kbd>
      </Button>
      <Button onClick={() => ask('case')}>
        <BriefcaseBusiness size={13} aria-hidden /> Into a case… <Kbd>i</Kbd>
      </Button>
      <IconButton label="Clear the selection" onClick={triage.clear} className="ml-auto">
        <X size={15} />
      </IconButton>
    </div>
  );
}
