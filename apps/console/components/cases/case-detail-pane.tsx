'use client';
import type { CaseChangeBody, CaseDetail } from '@tidewatch/api/schemas';
import { Download, Link2, X } from 'lucide-react';
import { lazy, Suspense, useRef, useState } from 'react';
import { changeCase, noteCase, removeFromCase, useCase } from '../../api/cases.ts';
import { caseStatusLabels } from '../../view/case.ts';
import { fullTime } from '../../view/moment.ts';
import { plural } from '../../view/quantity.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { Section } from '../ui/section.tsx';
import { ProblemState, SkeletonRows, StaleNote } from '../ui/states.tsx';
import { useKey } from '../ui/use-key.ts';
import { CaseAlertTable } from './case-alerts.tsx';
import { OwnerChoice, SeverityChoice, StatusChoice } from './case-fields.tsx';
import { CaseHistory } from './case-history.tsx';
import { NoteForm } from './note-form.tsx';
import { TitleForm } from './title-form.tsx';
import type { CaseActions } from './use-case-actions.ts';

const CloseCaseDialog = lazy(() =>
  import('./close-case-dialog.tsx').then((module) => ({ default: module.CloseCaseDialog })),
);
const ExportDialog = lazy(() =>
  import('../filter/export-dialog.tsx').then((module) => ({ default: module.ExportDialog })),
);

export interface CaseDetailPaneProps {
  readonly id: string;
  readonly actions: CaseActions;
  readonly onClose: () => void;
}

export function CaseDetailPane(props: CaseDetailPaneProps) {
  const { data, error, refetch } = useCase(props.id);
  return (
    <aside aria-label="Case" className="flex min-h-0 flex-1 flex-col overflow-y-auto bg-panel" tabIndex={0}>
      {data !== undefined ? (
        <>
          {error !== null && <StaleNote error={error} onRetry={() => void refetch()} />}
          <Detail found={data} {...props} />
        </>
      ) : error !== null ? (
        <>
          <div className="flex justify-end p-2">
            <CloseButton onClose={props.onClose} />
          </div>
          <ProblemState error={error} what="The case" onRetry={() => void refetch()} />
        </>
      ) : (
        <SkeletonRows rows={10} label="Loading the case" />
      )}
    </aside>
  );
}

const CloseButton = ({ onClose }: { readonly onClose: () => void }) => (
  <IconButton label="Close the detail (Esc)" onClick={onClose}>
    <X size={16} />
  </IconButton>
);

function Detail({ found, actions, onClose }: CaseDetailPaneProps & { readonly found: CaseDetail }) {
  const { id, version } = found;
  const [closing, setClosing] = useState(false);
  const [exporting, setExporting] = useState(false);
  const note = useRef<HTMLTextAreaElement>(null);
  const set = (change: Omit<CaseChangeBody, 'version'>) => () => changeCase(id, { version, ...change });
  useKey('n', () => note.current?.focus());
  useKey('c', () => found.status !== 'closed' && setClosing(true));
  const notes = found.history.filter(({ action, undone }) => action === 'noted' && !undone);
  return (
    <>
      <header className="sticky top-0 z-10 border-b border-line bg-panel px-4 pt-2.5 pb-2">
        <div className="flex items-start gap-3">
          <TitleForm
            key={found.title}
            title={found.title}
            onTitle={(title) => void actions.act(set({ title }), () => 'Case renamed')}
          />
          <CloseButton onClose={onClose} />
        </div>
        <div className="mt-2 flex flex-wrap items-end gap-3">
          <StatusChoice
            value={found.status}
            onChange={(status) =>
              status === 'closed'
                ? setClosing(true)
                : void actions.act(set({ status }), () => `Case: ${caseStatusLabels[status].toLowerCase()}`)
            }
          />
          <SeverityChoice
            value={found.severity}
            onChange={(severity) => void actions.act(set({ severity }), () => 'Severity changed')}
          />
          <OwnerChoice
            value={found.owner}
            onChange={(owner) => void actions.act(set({ owner }), () => `The case is ${owner ?? 'nobody'}’s`)}
          />
          <span className="ml-auto flex items-center gap-2">
            {found.status !== 'closed' && (
              <Button className="h-8" onClick={() => setClosing(true)}>
                Close… <Kbd>c</Kbd>
              </Button>
            )}
            <Button className="h-8" onClick={() => setExporting(true)}>
              <Download size={13} aria-hidden /> Export…
            </Button>
            <CopyButton
              icon={<Link2 size={14} />}
              text={() => `${location.origin}/cases?id=${encodeURIComponent(id)}`}
              label="Copy a link to this case"
            />
          </span>
        </div>
        <p className="mt-2 text-xs text-soft">
          Opened by {found.createdBy} on {fullTime(found.createdAt)}
        </p>
      </header>
      <div className="flex flex-col gap-5 px-4 py-3">
        <Section title="Alerts, in the order of time" aside={plural(found.alerts, 'alert')}>
          <CaseAlertTable
            id={id}
            total={found.alerts}
            onRemove={(alert) =>
              void actions.act(
                () => removeFromCase(id, [alert]),
                () => 'Alert taken out of the case',
              )
            }
          />
        </Section>
        <Section title="Notes" aside={notes.length === 0 ? undefined : String(notes.length)}>
          <div className="flex flex-col gap-3">
            <NoteForm
              area={note}
              onNote={(text) =>
                actions.perform(
                  () => noteCase(id, text),
                  () => 'Note added',
                )
              }
            />
            <CaseHistory entries={notes} />
          </div>
        </Section>
        <Section title="History">
          <CaseHistory entries={found.history.filter(({ action }) => action !== 'noted')} />
        </Section>
      </div>
      <Suspense>
        {closing && (
          <CloseCaseDialog
            found={found}
            onClose={() => setClosing(false)}
            onSubmit={(closeAlerts) =>
              actions.perform(set({ status: 'closed', ...(closeAlerts && { closeAlerts }) }), ({ alerts }) =>
                alerts === undefined ? 'Case closed' : `Case closed with ${plural(alerts, 'alert')}`,
              )
            }
          />
        )}
        {exporting && (
          <ExportDialog
            title="Export the case"
            says="The case with its notes, its history, and those of its alerts that you may see. That you took it is noted."
            path={`/api/cases/${encodeURIComponent(id)}/export`}
            formats={[
              { value: 'markdown', label: 'Markdown' },
              { value: 'ndjson', label: 'NDJSON' },
            ]}
            onClose={() => setExporting(false)}
          />
        )}
      </Suspense>
    </>
  );
}
