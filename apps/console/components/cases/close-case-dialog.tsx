'use client';
import type { CaseChangeBody, CaseDetail } from '@tidewatch/api/schemas';
import { type CloseReason, closeReasons } from '@tidewatch/event';
import { useState } from 'react';
import { reasonLabels } from '../../view/alert-view.ts';
import { plural } from '../../view/quantity.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { FormProblem } from '../ui/field.tsx';
import { useAttempt } from '../ui/use-attempt.ts';

type Close = NonNullable<CaseChangeBody['closeAlerts']>;

/** Asks what becomes of the alerts of a case that is closed. */
export function CloseCaseDialog({
  found,
  onSubmit,
  onClose,
}: {
  readonly found: CaseDetail;
  readonly onSubmit: (close: Close | undefined) => Promise<unknown>;
  readonly onClose: () => void;
}) {
  const [reason, setReason] = useState<CloseReason>();
  const { busy, problem, attempt } = useAttempt();
  const choices = [undefined, ...closeReasons];
  return (
    <Dialog open onOpenChange={(shown) => !shown && onClose()} title="Close the case" width="max-w-md">
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void attempt(async () => {
            await onSubmit(reason === undefined ? undefined : { reason });
            onClose();
          });
        }}
      >
        <fieldset className="flex flex-col gap-0.5">
          <legend className="mb-1 text-sm text-soft">
            What becomes of its {plural(found.alerts, 'alert')}?
          </legend>
          {choices.map((choice) => (
            <label
              key={choice ?? 'none'}
              className="flex min-h-7 items-center gap-2 rounded px-1 text-sm hover:bg-hover"
            >
              <input
                type="radio"
                name="reason"
                checked={reason === choice}
                onChange={() => setReason(choice)}
                className="size-3.5 accent-(--accent)"
              />
              {choice === undefined ? (
                'They stay as they are'
              ) : (
                <span>
                  Close them: {reasonLabels[choice].label.toLowerCase()}{' '}
                  <span className="text-xs text-soft">{reasonLabels[choice].hint}</span>
                </span>
              )}
            </label>
          ))}
        </fieldset>
        <FormProblem problem={problem} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={busy}>
            Close the case
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
