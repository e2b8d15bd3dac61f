'use client';
import { useRef, useState } from 'react';
import type { AlertAction } from '../../api/alerts.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { Segmented } from '../ui/segmented.tsx';

export const longestNote = 10_000;

/** What a note can come with; closing asks for its own. */
export type NotedVerb = Exclude<AlertAction['action'], 'close' | 'assign'>;

const labels: Readonly<Record<NotedVerb, string>> = {
  note: 'Only note',
  acknowledge: 'Acknowledge',
  reopen: 'Reopen',
};

/** Asks for a note, and whether something is done along with it. */
export function NoteDialog({
  what,
  verbs,
  onNote,
  onClose,
}: {
  readonly what: string;
  /** Those that change something; `note` is always one. */
  readonly verbs: readonly NotedVerb[];
  readonly onNote: (action: AlertAction) => void;
  readonly onClose: () => void;
}) {
  const [note, setNote] = useState('');
  const [verb, setVerb] = useState<NotedVerb>('note');
  const area = useRef<HTMLTextAreaElement>(null);
  const send = (): void => {
    if (note.trim() !== '') onNote({ action: verb, note: note.trim() });
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={`Note on ${what}`} initialFocus={area}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <textarea
          ref={area}
          value={note}
          maxLength={longestNote}
          rows={5}
          aria-label="Note"
          onChange={(event) => setNote(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
          }}
          className="w-full resize-y rounded-md border border-line bg-raised p-2 text-ink outline-none focus-visible:border-accent"
        />
        {verbs.length > 1 && (
          <div className="mt-2">
            <Segmented
              label="And"
              value={verb}
              onChange={setVerb}
              choices={verbs.map((value) => ({ value, label: labels[value] }))}
            />
          </div>
        )}
        <div className="mt-3 flex items-center gap-2">
          <span className="text-xs text-faint">
            <Kbd>Ctrl</Kbd> <Kbd>Enter</Kbd> saves
          </span>
          <Button className="ml-auto" onClick={onClose}>
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
