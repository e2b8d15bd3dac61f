'use client';
import { type CloseReason, closeReasons } from '@tidewatch/event';
import { useRef, useState } from 'react';
import { reasonLabels } from '../../view/alert-view.ts';
import { Dialog } from '../ui/dialog.tsx';
import { inputClass } from '../ui/field.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { useKey } from '../ui/use-key.ts';
import { longestNote } from './note-dialog.tsx';

/** As what to close: a digit chooses, and a note can go with it. */
export function ReasonDialog({
  what,
  onReason,
  onClose,
}: {
  readonly what: string;
  readonly onReason: (reason: CloseReason, note: string | undefined) => void;
  readonly onClose: () => void;
}) {
  const [note, setNote] = useState('');
  const first = useRef<HTMLButtonElement>(null);
  const noted = useRef<HTMLInputElement>(null);
  const close = (reason: CloseReason): void => onReason(reason, note.trim() === '' ? undefined : note.trim());
  useKey(
    closeReasons.map((_, index) => index + 1).join(','),
    ({ key }) => {
      const reason = closeReasons[Number(key) - 1];
      if (reason !== undefined) close(reason);
    },
    { inDialog: true },
  );
  useKey('n', () => noted.current?.focus(), { inDialog: true });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Close ${what} as`}
      width="max-w-sm"
      initialFocus={first}
    >
      <div className="-m-2 flex flex-col">
        {closeReasons.map((reason, index) => (
          <button
            key={reason}
            ref={index === 0 ? first : undefined}
            type="button"
            onClick={() => close(reason)}
            className="flex items-center gap-3 rounded-md px-3 py-1.5 text-left hover:bg-hover"
          >
            <Kbd>{index + 1}</Kbd>
            <span>
              <span className="block font-medium">{reasonLabels[reason].label}</span>
              <span className="block text-xs text-faint">{reasonLabels[reason].hint}</span>
            </span>
          </button>
        ))}
      </div>
      <label className="mt-5 flex flex-col gap-1 text-sm">
        <span className="text-soft">
          Note, if one is needed <Kbd>n</Kbd>
        </span>
        <input
          ref={noted}
          value={note}
          maxLength={longestNote}
          onChange={(event) => setNote(event.target.value)}
          // Back to the reasons, of which a digit chooses one.
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            first.current?.focus();
          }}
          className={inputClass}
        />
      </label>
    </Dialog>
  );
}
