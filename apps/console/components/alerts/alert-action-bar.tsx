'use client';
import type { AlertDetail } from '@tidewatch/api/schemas';
import {
  BellOff,
  BriefcaseBusiness,
  Check,
  CircleCheck,
  RotateCcw,
  StickyNote,
  UserRound,
} from 'lucide-react';
import { PageLink } from '../filter/page-link.tsx';
import { Button } from '../ui/button.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { StatusMark } from '../ui/status-mark.tsx';
import type { Triage } from './use-triage.ts';

/** How an alert stands, and what whoever looks can do with it now. */
export function AlertActionBar({
  alert,
  triage,
  onException,
}: {
  readonly alert: AlertDetail;
  readonly triage: Triage;
  /** Absent for who may not make one. */
  readonly onException: (() => void) | undefined;
}) {
  return (
    <div className="mt-2 flex flex-wrap items-center gap-2">
      <span className="mr-1 flex items-center gap-2">
        <StatusMark status={alert.status} reason={alert.reason} />
        {alert.assignee !== null && <span className="text-sm text-faint">{alert.assignee}</span>}
      </span>
      {triage.mayWork && <Work alert={alert} triage={triage} />}
      {onException !== undefined && (
        <Button onClick={onException}>
          <BellOff size={13} aria-hidden /> Make an exception… <Kbd>e</Kbd>
        </Button>
      )}
      <PageLink label="Copy a link to this alert" />
    </div>
  );
}

function Work({ alert, triage }: { readonly alert: AlertDetail; readonly triage: Triage }) {
  const about = [alert];
  return (
    <>
      {alert.status === 'closed' ? (
        <Button onClick={() => triage.act(about, { action: 'reopen' })}>
          <RotateCcw size={13} aria-hidden /> Reopen
        </Button>
      ) : (
        <>
          {alert.status === 'open' && (
            <Button look="primary" onClick={() => triage.act(about, { action: 'acknowledge' })}>
              <Check size={13} aria-hidden /> Acknowledge <Kbd>a</Kbd>
            </Button>
          )}
          <Button onClick={() => triage.ask('reason', about)}>
            <CircleCheck size={13} aria-hidden /> Close… <Kbd>c</Kbd>
          </Button>
        </>
      )}
      <Button onClick={() => triage.ask('note', about)}>
        <StickyNote size={13} aria-hidden /> Note <Kbd>n</Kbd>
      </Button>
      <Button onClick={() => triage.ask('assignee', about)}>
        <UserRound size={13} aria-hidden /> Assign… <Kbd>u</Kbd>
      </Button>
      <Button onClick={() => triage.ask('case', about)}>
        <BriefcaseBusiness size={13} aria-hidden /> Into a case… <Kbd>i</Kbd>
      </Button>
    </>
  );
}
