'use client';
import { type RefObject, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { FormProblem } from '../ui/field.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { useAttempt } from '../ui/use-attempt.ts';

/** A note on what is open, written in place. */
export function NoteForm({
  area,
  onNote,
}: {
  readonly area: RefObject<HTMLTextAreaElement | null>;
  readonly onNote: (note: string) => Promise<unknown>;
}) {
  const [note, setNote] = useState('');
  const { busy, problem, attempt } = useAttempt();
  const send = (): void => {
    if (note.trim() === '' || busy) return;
    void attempt(async () => {
      await onNote(note.trim());
      setNote('');
    });
  };
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={area}
        value={note}
        rows={2}
        maxLength={10_000}
        aria-label="Note"
        placeholder="What you found, asked, or did"
        onChange={({ target }) => setNote(target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
        className="w-full resize-y rounded-md border border-line bg-raised p-2 text-sm text-ink outline-none focus-visible:border-accent"
      />
      <FormProblem problem={problem} />
      <div className="flex items-center gap-3">
        <Button type="submit" disabled={busy || note.trim() === ''}>
          Add the note
        </Button>
        <span className="text-xs text-soft">
          <Kbd>Ctrl</Kbd> <Kbd>Enter</Kbd> adds it
        </span>
      </div>
    </form>
  );
}
