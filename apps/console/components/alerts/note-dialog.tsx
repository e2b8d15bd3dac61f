'use client';
import { useRef, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Kbd } from '../ui/kbd.tsx';

const longest = 10_000;

export function NoteDialog({
  open,
  onOpenChange,
  what,
  onNote,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly what: string;
  readonly onNote: (note: string) => void;
}) {
  const [note, setNote] = useState('');
  const area = useRef<HTMLTextAreaElement>(null);
  const send = (): void => {
    if (note.trim() === '') return;
    onNote(note.trim());
    setNote('');
  };
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={`Note on ${what}`} initialFocus={area}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <textarea
          ref={area}
          value={note}
          maxLength={longest}
          rows={5}
          aria-label="Note"
          onChange={(event) => setNote(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
          }}
          className="w-full resize-y rounded-md border border-line bg-raised p-2 text-ink outline-none focus-visible:border-accent"
        />
        <div className="mt-3 flex items-center gap-2">
          <span className="text-xs text-faint">
            <Kbd>Ctrl</Kbd> <Kbd>Enter</Kbd> saves
          </span>
          <Button className="ml-auto" onClick={() => onOpenChange(false)}>
            Cancel
          </Button>
          <Button look="primary" type="submit" disabled={note.trim() === ''}>
            Save the note
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
