'use client';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { FormProblem } from '../ui/field.tsx';
import { useAttempt } from '../ui/use-attempt.ts';

export interface Question {
  readonly title: string;
  readonly says: string;
  readonly verb: string;
  readonly work: () => Promise<void>;
}

/** Asks once more before something is taken away for good. */
export function ConfirmDialog({
  question: { title, says, verb, work },
  onClose,
}: {
  readonly question: Question;
  readonly onClose: () => void;
}) {
  const { busy, problem, attempt } = useAttempt();
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title}>
      <div className="flex flex-col gap-3">
        <p className="text-sm text-soft">{says}</p>
        <FormProblem problem={problem} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="danger"
            disabled={busy}
            onClick={() =>
              void attempt(async () => {
                await work();
                onClose();
              })
            }
          >
            {verb}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
