'use client';
import type { Exception } from '@tidewatch/api/schemas';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useExceptions } from '../../api/exceptions.ts';
import { exceptionClauses, isPlain } from '../../view/exception.ts';
import { FactTable, HealthSection, StateDot } from '../health/health-section.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Shown } from '../ui/shown.tsx';
import { Time } from '../ui/time.tsx';
import { useExceptionsWork } from './use-exceptions-work.ts';

const states = {
  in_force: { look: 'good', label: 'in force' },
  expired: { look: 'idle', label: 'expired' },
  faulty: { look: 'bad', label: 'faulty' },
} as const;

/** What rules are kept from matching, why, by whom and how long. */
export function ExceptionSection({ now }: { readonly now: number }) {
  const { remove, mayMake, mayRemove } = useExceptionsWork();
  const exceptions = useExceptions(mayMake);
  const [removing, setRemoving] = useState<Exception>();
  return (
    <HealthSection id="exceptions" title="Exceptions">
      {!mayMake ? (
        <p className="rounded-lg border border-line bg-panel px-4 py-3 text-sm text-soft">
          They name values of events: analysts, engineers and administrators see them.
        </p>
      ) : (
        <Shown query={exceptions} what="The exceptions" rows={2}>
          {(data) => (
            <FactTable
              label="Exceptions"
              rows={data.exceptions}
              rowKey={({ file, id }) => `${file} ${id}`}
              empty="None: every rule matches all that it is written for. An alert’s detail offers to make one."
              columns={[
                {
                  title: 'State',
                  cell: ({ state }) => <StateDot look={states[state].look}>{states[state].label}</StateDot>,
                },
                { title: 'From', cell: (row) => <From exception={row} /> },
                { title: 'Events in which', cell: (row) => <Clauses exception={row} /> },
                {
                  title: 'Why',
                  cell: ({ reason }) => <span className="block min-w-32 py-1.5 text-soft">{reason}</span>,
                },
                {
                  title: 'Made',
                  cell: ({ author, made }) => (
                    <span className="whitespace-nowrap">
                      <Time at={made} now={now} />
                      {author !== null && <span className="text-soft"> by {author}</span>}
                    </span>
                  ),
                },
                {
                  title: 'Expires',
                  cell: ({ expires }) =>
                    expires === null ? (
                      <span className="text-faint">never</span>
                    ) : (
                      <Time at={expires} now={now} />
                    ),
                },
                {
                  title: 'Remove',
                  cell: (row) =>
                    mayRemove(row) && (
                      <IconButton label={`Remove “${row.title}”`} onClick={() => setRemoving(row)}>
                        <Trash2 size={14} />
                      </IconButton>
                    ),
                },
              ]}
            />
          )}
        </Shown>
      )}
      {removing !== undefined && (
        <Dialog open onOpenChange={() => setRemoving(undefined)} title="Remove the exception?">
          <p className="text-soft">
            {removing.title}.
            {removing.state === 'in_force' && ' What it silences makes alerts again, within seconds.'} This
            cannot be undone.
          </p>
          <div className="mt-4 flex justify-end gap-2">
            <Button onClick={() => setRemoving(undefined)}>Keep it</Button>
            <Button
              look="danger"
              onClick={() => {
                void remove(removing);
                setRemoving(undefined);
              }}
            >
              Remove it
            </Button>
          </div>
        </Dialog>
      )}
    </HealthSection>
  );
}

function From({ exception: { rules, title, file, fault } }: { readonly exception: Exception }) {
  const names = rules?.map((rule) => rule.title ?? rule.id) ?? ['every rule of its log source'];
  return (
    <span className="block min-w-48 py-1.5" title={`${title}\n${file}`}>
      {names.length === 0 ? title : names.join(', ')}
      {fault !== undefined && <span className="block text-bad">{fault}</span>}
    </span>
  );
}

function Clauses({ exception }: { readonly exception: Exception }) {
  return (
    <span className="block min-w-64 py-1.5 wrap-anywhere">
      {exceptionClauses(exception)}
      {!isPlain(exception) && <code className="ml-2 font-mono text-xs text-soft">{exception.condition}</code>}
    </span>
  );
}
