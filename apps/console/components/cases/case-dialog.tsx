'use client';
import type { CaseChangeResult, CaseRow } from '@tidewatch/api/schemas';
import { useDeferredValue, useRef, useState } from 'react';
import type { AlertFilter } from '../../api/alerts.ts';
import { addFoundToCase, addToCase, openCase, useFoundCases } from '../../api/cases.ts';
import { useSession } from '../../api/session.ts';
import { caseStatusLabels } from '../../view/case.ts';
import { plural } from '../../view/quantity.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Field, FormProblem } from '../ui/field.tsx';
import { LevelMark } from '../ui/level-mark.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { useAttempt } from '../ui/use-attempt.ts';
import { type NewCase, NewCaseForm } from './new-case-form.tsx';
import { useCaseActions } from './use-case-actions.ts';

/** Alerts to be put into a case: these, or all that a filter finds. */
export type Gathered =
  | { readonly ids: readonly string[]; readonly suggested?: Pick<NewCase, 'title' | 'severity'> }
  | { readonly filter: AlertFilter; readonly total: number };

const mostAtOnce = 1_000;

/** Opens a case; with alerts, or puts these into one that there is. */
export function CaseDialog({
  gathered,
  onClose,
  onDone,
}: {
  readonly gathered?: Gathered;
  readonly onClose: () => void;
  readonly onDone?: (made: CaseRow) => void;
}) {
  const user = useSession().data?.user ?? null;
  const { perform } = useCaseActions();
  const { busy, problem, attempt } = useAttempt();
  const [mode, setMode] = useState<'new' | 'existing'>('new');
  const first = useRef<HTMLInputElement>(null);
  const finish = (made: CaseChangeResult): void => {
    if (made.case !== undefined) onDone?.(made.case);
    onClose();
  };
  const open = (asked: NewCase): Promise<void> =>
    attempt(async () => {
      const ids = gathered !== undefined && 'ids' in gathered ? gathered.ids : [];
      const made = await perform(
        () => openCase({ ...asked, alerts: ids.slice(0, mostAtOnce) }),
        (result) => `Case opened: ${result.case?.title ?? ''}`,
      );
      if (made.case !== undefined && gathered !== undefined && 'filter' in gathered)
        await addAll(made.case.id, gathered);
      else if (made.case !== undefined && ids.length > mostAtOnce)
        await addAll(made.case.id, { ids: ids.slice(mostAtOnce) });
      finish(made);
    });
  const add = (id: string, what: Gathered): Promise<void> =>
    attempt(async () => finish(await addAll(id, what)));
  const addAll = (id: string, what: Gathered): Promise<CaseChangeResult> =>
    perform(
      () => ('filter' in what ? addFoundToCase(id, what.filter) : addInParts(id, what.ids)),
      ({ alerts = 0 }) =>
        alerts === 0 ? 'All of them were in it already' : `${plural(alerts, 'alert')} added`,
    );
  const count = gathered === undefined ? 0 : 'ids' in gathered ? gathered.ids.length : gathered.total;
  const suggested = gathered !== undefined && 'ids' in gathered ? gathered.suggested : undefined;
  return (
    <Dialog
      open
      onOpenChange={(shown) => !shown && onClose()}
      title={gathered === undefined ? 'New case' : `Put ${plural(count, 'alert')} into a case`}
      initialFocus={first}
    >
      <div className="flex flex-col gap-4">
        {gathered !== undefined && (
          <Segmented
            label="Which case"
            value={mode}
            onChange={setMode}
            choices={[
              { value: 'new', label: 'A new one' },
              { value: 'existing', label: 'One that there is' },
            ]}
          />
        )}
        {mode === 'new' || gathered === undefined ? (
          <NewCaseForm
            first={first}
            before={{ title: suggested?.title ?? '', severity: suggested?.severity ?? 'medium', owner: user }}
            busy={busy}
            problem={problem}
            onOpen={(made) => void open(made)}
            onCancel={onClose}
          />
        ) : (
          <>
            <CasePick busy={busy} onPick={(id) => void add(id, gathered)} />
            <FormProblem problem={problem} />
          </>
        )}
      </div>
    </Dialog>
  );
}

/** As many requests as the API's limit asks for; the last one's change is what undo takes back. */
async function addInParts(id: string, ids: readonly string[]): Promise<CaseChangeResult> {
  let made: CaseChangeResult = {};
  let alerts = 0;
  for (let at = 0; at < ids.length; at += mostAtOnce) {
    made = await addToCase(id, ids.slice(at, at + mostAtOnce));
    alerts += made.alerts ?? 0;
  }
  return { ...made, alerts };
}

function CasePick({ busy, onPick }: { readonly busy: boolean; readonly onPick: (id: string) => void }) {
  const [words, setWords] = useState('');
  const { data, error } = useFoundCases(useDeferredValue(words), {});
  const items = data?.items.filter(({ status }) => status !== 'closed') ?? [];
  return (
    <>
      <Field
        label="Words of its title"
        autoFocus
        value={words}
        onChange={({ target }) => setWords(target.value)}
      />
      <FormProblem problem={error ?? undefined} />
      {data !== undefined && items.length === 0 && (
        <p className="text-sm text-soft" role="status">
          No case that is not closed has these words.
        </p>
      )}
      <ul className="-mx-2 flex flex-col">
        {items.map(({ id, title, severity, status, alerts }) => (
          <li key={id}>
            <button
              type="button"
              disabled={busy}
              onClick={() => onPick(id)}
              className="flex w-full items-center gap-3 rounded-md px-2 py-1.5 text-left hover:bg-hover"
            >
              <LevelMark level={severity} word={false} />
              <span className="min-w-0 flex-1 truncate">{title}</span>
              <span className="text-xs whitespace-nowrap text-soft">
                {caseStatusLabels[status]} · {plural(alerts, 'alert')}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
