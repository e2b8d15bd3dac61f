'use client';
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '../ui/button.tsx';
import { inputClass } from '../ui/field.tsx';

/** A title, and a way to write another in its place. */
export function TitleForm({
  title,
  onTitle,
}: {
  readonly title: string;
  readonly onTitle: (title: string) => void;
}) {
  const [draft, setDraft] = useState<string>();
  if (draft === undefined)
    return (
      <div className="flex min-w-0 flex-1 items-start gap-1">
        <h2 className="min-w-0 text-lg font-semibold break-words">{title}</h2>
        <IconButton label="Rename the case" onClick={() => setDraft(title)}>
          <Pencil size={13} />
        </IconButton>
      </div>
    );
  return (
    <form
      className="flex min-w-0 flex-1 gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (draft.trim() !== '' && draft.trim() !== title) onTitle(draft.trim());
        setDraft(undefined);
      }}
    >
      <input
        aria-label="Title"
        // biome-ignore lint/a11y/noAutofocus: it appears when somebody chose to rename
        autoFocus
        value={draft}
        maxLength={200}
        onChange={({ target }) => setDraft(target.value)}
        onKeyDown={(event) => event.key === 'Escape' && setDraft(undefined)}
        className={`${inputClass} flex-1`}
      />
      <Button look="primary" type="submit" className="h-8">
        Rename
      </Button>
    </form>
  );
}
