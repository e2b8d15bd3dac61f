'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { KeptRule } from '@tidewatch/api/schemas';
import { useRef, useState } from 'react';
import { changeRule, type RuleChange } from '../../api/rules.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, FormProblem } from '../ui/field.tsx';
import { toasts } from '../ui/toasts.tsx';
import { useAttempt } from '../ui/use-attempt.ts';

const undoMs = 10_000;
const words = {
  put: {
    title: 'Bring this rule into force?',
    says: 'It finds what comes from now on. What it said before can be brought back.',
    verb: 'Bring into force',
    done: 'The rule is in force',
  },
  restore: {
    title: 'Bring the version before back?',
    says: 'It takes the place of what the rule says now, which becomes the version before.',
    verb: 'Bring it back',
    done: 'The version before is in force',
  },
  remove: {
    title: 'Delete this rule?',
    says: 'It finds nothing from now on. Its alerts stay.',
    verb: 'Delete it',
    done: 'The rule is deleted',
  },
} as const;

/** Asks why, does it, and offers to undo it. */
export function RuleChangeDialog({
  id,
  version,
  asked,
  onClose,
  onDone,
}: {
  readonly id: string;
  /** As it was read; null for a rule that is not there yet. */
  readonly version: string | null;
  readonly asked: RuleChange;
  readonly onClose: () => void;
  readonly onDone: (made: KeptRule) => void;
}) {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const { busy, problem, attempt } = useAttempt();
  const field = useRef<HTMLInputElement>(null);
  const { title, says, verb, done } = words[asked.verb];
  const undo = async (made: KeptRule): Promise<void> => {
    toasts.close(id);
    try {
      const back = asked.verb === 'put' && version === null ? 'remove' : 'restore';
      await changeRule(client, id, { verb: back }, { version: made.version, reason: 'undone' });
      toasts.add({ title: 'It is as it was before' });
    } catch (error) {
      toasts.add({
        ...{ type: 'problem', priority: 'high', title: 'It could not be undone' },
        description: (error as Error).message,
      });
    }
  };
  const send = async (): Promise<void> => {
    const made = await changeRule(client, id, asked, { version, reason: reason.trim() });
    const why = made.documents.find((one) => one.reason !== undefined)?.reason;
    toasts.add({
      ...{ id, timeout: undoMs, title: made.inForce || asked.verb === 'remove' ? done : 'It is written' },
      ...(why !== undefined && { description: why }),
      actionProps: { children: 'Undo', onClick: () => void undo(made) },
    });
    onDone(made);
    onClose();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} initialFocus={field}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void attempt(send);
        }}
      >
        <p className="text-sm text-soft">{says}</p>
        <Field
          ref={field}
          label="Why (for the audit log)"
          value={reason}
          maxLength={1_000}
          onChange={({ target }) => setReason(target.value)}
        />
        <FormProblem problem={problem} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look={asked.verb === 'remove' ? 'danger' : 'primary'} type="submit" disabled={busy}>
            {busy ? 'Doing it…' : verb}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
