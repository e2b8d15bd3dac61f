'use client';
import type { CaseChangeBody, CaseDetail } from '@tidewatch/api/schemas';
import { Download, Link2 } from 'lucide-react';
import { lazy, Suspense, useRef, useState } from 'react';
import { changeCase, noteCase, removeFromCase, useCase } from '../../api/cases.ts';
import { caseStatusLabels } from '../../view/case.ts';
import { fullTime } from '../../view/moment.ts';
import { plural } from '../../view/quantity.ts';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy.tsx';
import { DetailPane } from '../ui/detail-pane.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { Section } from '../ui/section.tsx';
import { Shown } from '../ui/shown.tsx';
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

/** A case: how it stands, its alerts, and what people wrote and did. */
export function CaseDetailPane({ id, actions, onClose }: CaseDetailPaneProps) {
  const query = useCase(id);
  const { data } = query;
  const [dialog, setDialog] = useState<'close' | 'export'>();
  const close = (): void => setDialog(undefined);
  useKey('c', () => setDialog('close'), { enabled: data !== undefined && data.status !== 'closed' });
  return (
    <DetailPane
      label="Case"
      title={
        data === undefined ? (
          'Case'
        ) : (
          <TitleForm
            key={data.title}
            title={data.title}
            onTitle={(title) => void actions.act(changing(data, { title }), () => 'Case renamed')}
          />
        )
      }
      below={data && <Standing found={data} actions={actions} onDialog={setDialog} />}
      onClose={onClose}
    >
      <Shown query={query} what="The case" rows={10}>
        {(found) => <About found={found} actions={actions} />}
      </Shown>
      {data !== undefined && (
        <Suspense>
          {dialog === 'close' && (
            <CloseCaseDialog
              found={data}
              onClose={close}
              onSubmit={(closeAlerts) =>
                actions.perform(
                  changing(data, { status: 'closed', ...(closeAlerts && { closeAlerts }) }),
                  ({ alerts }) =>
                    alerts === undefined ? 'Case closed' : `Case closed with ${plural(alerts, 'alert')}`,
                )
              }
            />
          )}
          {dialog === 'export' && (
            <ExportDialog
              title="Export the case"
              says="The case with its notes, its history, and those of its alerts that you may see. That you took it is noted."
              path={`/api/cases/${encodeURIComponent(id)}/export`}
              formats={[
                { value: 'markdown', label: 'Markdown' },
                { value: 'ndjson', label: 'NDJSON' },
              ]}
              onClose={close}
            />
          )}
        </Suspense>
      )}
    </DetailPane>
  );
}

const changing =
  ({ id, version }: CaseDetail, change: Omit<CaseChangeBody, 'version'>) =>
  () =>
    changeCase(id, { version, ...change });

interface PartProps {
  readonly found: CaseDetail;
  readonly actions: CaseActions;
}

function Standing({
  found,
  actions,
  onDialog,
}: PartProps & { readonly onDialog: (dialog: 'close' | 'export') => void }) {
  return (
    <>
      <div className="mt-2 flex flex-wrap items-end gap-3">
        <StatusChoice
          value={found.status}
          onChange={(status) =>
            status === 'closed'
              ? onDialog('close')
              : void actions.act(
                  changing(found, { status }),
                  () => `Case: ${caseStatusLabels[status].toLowerCase()}`,
                )
          }
        />
        <SeverityChoice
          value={found.severity}
          onChange={(severity) => void actions.act(changing(found, { severity }), () => 'Severity changed')}
        />
        <OwnerChoice
          value={found.owner}
          onChange={(owner) =>
            void actions.act(changing(found, { owner }), () => `The case is ${owner ?? 'nobody'}’s`)
          }
        />
        <span className="ml-auto flex items-center gap-2">
          {found.status !== 'closed' && (
            <Button className="h-8" onClick={() => onDialog('close')}>
              Close… <Kbd>c</Kbd>
            </Button>
          )}
          <Button className="h-8" onClick={() => onDialog('export')}>
            <Download size={13} aria-hidden /> Export…
          </Button>
          <CopyButton
            icon={<Link2 size={14} />}
            text={() => `${location.origin}/cases?id=${encodeURIComponent(found.id)}`}
            label="Copy a link to this case"
          />
        </span>
      </div>
      <p className="mt-2 text-xs text-soft">
        Opened by {found.createdBy} on {fullTime(found.createdAt)}
      </p>
    </>
  );
}

function About({ found, actions }: PartProps) {
  const { id, alerts, history } = found;
  const note = useRef<HTMLTextAreaElement>(null);
  useKey('n', () => note.current?.focus());
  const notes = history.filter(({ action, undone }) => action === 'noted' && !undone);
  return (
    <div className="flex flex-col gap-5 px-4 py-3">
      <Section title="Alerts, in the order of time" aside={plural(alerts, 'alert')}>
        <CaseAlertTable
          id={id}
          total={alerts}
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
        <CaseHistory entries={history.filter(({ action }) => action !== 'noted')} />
      </Section>
    </div>
  );
}
