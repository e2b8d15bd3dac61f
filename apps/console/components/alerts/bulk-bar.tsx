'use client';
import { BriefcaseBusiness, Check, CircleCheck, RotateCcw, StickyNote, X } from 'lucide-react';
import type { AlertAction } from '../../api/alerts.ts';
import { plural } from '../../view/quantity.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { ReasonMenu } from './reason-menu.tsx';

/** What can be done with the selected alerts. */
export function BulkBar({
  says,
  all,
  onAct,
  onNote,
  onCase,
  onClear,
}: {
  /** What is selected, e.g. `3 alerts selected`. */
  readonly says: string;
  /** Offered beside: all that match. */
  readonly all?: { readonly total: number; readonly onSelect: () => void } | undefined;
  readonly onAct: (action: AlertAction) => void;
  readonly onNote: () => void;
  /** Absent for who works on no cases. */
  readonly onCase: (() => void) | undefined;
  readonly onClear: () => void;
}) {
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
      <Button onClick={() => onAct({ action: 'acknowledge' })}>
        <Check size={13} aria-hidden /> Acknowledge
      </Button>
      <ReasonMenu
        onReason={(reason) => onAct({ action: 'close', reason })}
        trigger={
          <Button>
            <CircleCheck size={13} aria-hidden /> Close…
          </Button>
        }
      />
      <Button onClick={() => onAct({ action: 'reopen' })}>
        <RotateCcw size={13} aria-hidden /> Reopen
      </Button>
      <Button onClick={onNote}>
        <StickyNote size={13} aria-hidden /> Note
      </Button>
      {onCase !== undefined && (
        <Button onClick={onCase}>
          <BriefcaseBusiness size={13} aria-hidden /> Into a case…
        </Button>
      )}
      <IconButton label="Clear the selection" onClick={onClear} className="ml-auto">
        <X size={15} />
      </IconButton>
    </div>
  );
}
