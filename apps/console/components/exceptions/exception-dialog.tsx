'use client';
import type { AlertDetail, AlertMatch } from '@tidewatch/api/schemas';
import { useRef, useState } from 'react';
import {
  choicesFor,
  conditionsOf,
  expiryOf,
  silencedSentence,
  type Term,
  termLabels,
  terms,
} from '../../view/exception.ts';
import { minuteTime } from '../../view/moment.ts';
import { visible } from '../../view/value.ts';
import { type Verdict, VerdictChoice } from '../alerts/verdict-choice.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { FormProblem } from '../ui/field.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { useAttempt } from '../ui/use-attempt.ts';
import { ConditionRows } from './condition-rows.tsx';
import { ExceptionPreviewLine as Preview } from './exception-preview-line.tsx';
import { useExceptionsWork } from './use-exceptions-work.ts';

const longest = 1_000;
const inputClass =
  'h-8 rounded-md border border-line bg-raised px-2 text-sm text-ink outline-none focus-visible:border-accent';

/** Asks what an exception from the alert's rule is to silence, why and how long, makes it, and closes the alert with a verdict. */
export function ExceptionDialog({
  alert,
  match,
  onClose,
}: {
  readonly alert: AlertDetail;
  readonly match: AlertMatch;
  readonly onClose: () => void;
}) {
  const { add } = useExceptionsWork();
  const [choices, setChoices] = useState(() => choicesFor(alert, match));
  const [reason, setReason] = useState('');
  const [term, setTerm] = useState<Term>('30');
  const [date, setDate] = useState('');
  const [verdict, setVerdict] = useState<Verdict>('false_positive');
  const { busy, problem, attempt } = useAttempt();
  const why = useRef<HTMLInputElement>(null);
  const { detector } = alert;
  const conditions = conditionsOf(choices);
  const [opened] = useState(() => Date.now());
  const expires = expiryOf(term, date, opened);
  const isWhole = conditions.length > 0 && reason.trim() !== '' && expires !== undefined;

  const isOpen = alert.status !== 'closed';

  const send = (): Promise<void> =>
    attempt(async () => {
      if (!isWhole || busy) return;
      const body = {
        rules: [detector.id],
        conditions,
        reason: reason.trim(),
        ...(expires === null ? {} : { expires: new Date(expires).toISOString() }),
      };
      await add(body, isOpen && verdict !== 'none' ? { alert: alert.id, reason: verdict } : undefined);
      onClose();
    });

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Make an exception"
      width="max-w-2xl"
      initialFocus={why}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <ConditionRows choices={choices} onChange={setChoices} />
        <label className="flex flex-col gap-1 text-sm">
          Why they are no cause for an alert
          <input
            ref={why}
            value={reason}
            maxLength={longest}
            onChange={(event) => setReason(event.target.value)}
            placeholder="E.g. the backup reads these files every night"
            className={inputClass}
          />
        </label>
        <div className="flex flex-wrap items-center gap-2 text-sm">
          <span>Expires</span>
          <Segmented
            label="Expires"
            value={term}
            onChange={setTerm}
            choices={terms.map((value) => ({ value, label: termLabels[value] }))}
          />
          {term === 'date' && (
            <input
              type="date"
              value={date}
              onChange={(event) => setDate(event.target.value)}
              aria-label="The last day on which it holds"
              className={inputClass}
            />
          )}
          <span className="figure text-soft">
            {term !== 'never' && typeof expires === 'number' && minuteTime(expires)}
          </span>
        </div>
        {isOpen && <VerdictChoice value={verdict} onChange={setVerdict} />}
        <p className="rounded-md border border-line bg-raised px-3 py-2 text-sm wrap-anywhere">
          {visible(silencedSentence(choices, detector.title, detector.engine === 'correlation'))}
        </p>
        <Preview rule={detector.id} conditions={conditions} />
        <FormProblem problem={problem} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={!isWhole || busy}>
            {busy ? 'Making it…' : 'Make the exception'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
