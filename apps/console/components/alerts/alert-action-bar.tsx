'use client';
import type { AlertDetail } from '@tidewatch/api/schemas';
import { BellOff, BriefcaseBusiness, Check, CircleCheck, Link2, RotateCcw, StickyNote } from 'lucide-react';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { StatusMark } from '../ui/status-mark.tsx';
import { ReasonMenu } from './reason-menu.tsx';
import type { AlertActions } from './use-alert-actions.ts';

/** What can be done with this alert now. */
export function AlertActionBar({
  alert,
  actions,
  onNote,
  onException,
  onCase,
}: {
  readonly alert: AlertDetail;
  readonly actions: AlertActions;
  readonly onNote: () => void;
  /** Absent for who may not make one. */
  readonly onException: (() => void) | undefined;
  readonly onCase: (() => void) | undefined;
}) {
  return (
    <div className="mt-2 flex flex-wrap items-center gap-2">
      <span className="mr-1 flex items-center gap-2">
        <StatusMark status={alert.status} reason={alert.reason} />
        {alert.assignee !== null && <span className="text-sm text-faint">{alert.assignee}</span>}
      </span>
      {alert.status === 'closed' ? (
        <Button onClick={() => void actions.act([alert], { action: 'reopen' })}>
          <RotateCcw size={13} aria-hidden /> Reopen
        </Button>
      ) : (
        <>
          {alert.status === 'open' && (
            <Button look="primary" onClick={() => void actions.act([alert], { action: 'acknowledge' })}>
              <Check size={13} aria-hidden /> Acknowledge
            </Button>
          )}
          <ReasonMenu
            onReason={(reason) => void actions.act([alert], { action: 'close', reason })}
            trigger={
              <Button>
                <CircleCheck size={13} aria-hidden /> Close… <Kbd>c</Kbd>
              </Button>
            }
          />
        </>
      )}
      <Button onClick={onNote}>
        <StickyNote size={13} aria-hidden /> Note <Kbd>n</Kbd>
      </Button>
      {onException !== undefined && (
        <Button onClick={onException}>
          <BellOff size={13} aria-hidden /> Make an exception… <Kbd>e</Kbd>
        </Button>
      )}
      {onCase !== undefined && (
        <Button onClick={onCase}>
          <BriefcaseBusiness size={13} aria-hidden /> Into a case… <Kbd>i</Kbd>
        </Button>
      )}
      <CopyButton
        icon={<Link2 size={14} />}
        text={() => `${location.origin}/alerts?id=${encodeURIComponent(alert.id)}&status=all`}
        label="Copy a link to this alert"
      />
    </div>
  );
}
