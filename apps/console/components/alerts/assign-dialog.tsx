'use client';
import { useRef, useState } from 'react';
import { useCaseOwners } from '../../api/cases.ts';
import { useSession } from '../../api/session.ts';
import { digitChoice } from '../../view/keymap.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Field, FormProblem } from '../ui/field.tsx';
import { Kbd } from '../ui/kbd.tsx';

interface Choice {
  readonly to: string | null;
  readonly text: string;
}

/** Whose alerts are to be: some letters of the name and Enter choose, or a digit where nothing is written yet. */
export function AssignDialog({
  what,
  onAssign,
  onClose,
}: {
  readonly what: string;
  readonly onAssign: (to: string | null) => void;
  readonly onClose: () => void;
}) {
  const { data, error } = useCaseOwners();
  const me = useSession().data?.user;
  const [text, setText] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const people = data?.owners.map(
    ({ id, name }): Choice => ({ to: id, text: name === id ? id : `${name} (${id})` }),
  );
  // Oneself first, nobody last.
  const choices = [
    ...(people?.filter(({ to }) => to === me) ?? []),
    ...(people?.filter(({ to }) => to !== me) ?? []),
    { to: null, text: 'Nobody' },
  ].filter((choice) => choice.text.toLowerCase().includes(text.trim().toLowerCase()));
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Assign ${what} to`}
      width="max-w-sm"
      initialFocus={input}
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          const [first] = choices;
          if (first !== undefined && people !== undefined) onAssign(first.to);
        }}
      >
        <Field
          ref={input}
          label="Name"
          value={text}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={(event) => {
            const at = text === '' ? digitChoice(event.key, choices.length) : undefined;
            const choice = at === undefined ? undefined : choices[at];
            if (choice === undefined) return;
            event.preventDefault();
            onAssign(choice.to);
          }}
        />
        <FormProblem problem={error ?? undefined} />
        <ul className="-mx-2 flex max-h-72 flex-col overflow-y-auto">
          {people !== undefined &&
            choices.map(({ to, text: name }, index) => (
              <li key={to ?? ''}>
                <button
                  type="button"
                  onClick={() => onAssign(to)}
                  className="flex w-full items-center gap-3 rounded-md px-2 py-1.5 text-left text-sm hover:bg-hover"
                >
                  <Kbd>{text === '' && index < 9 ? index + 1 : index === 0 ? '↵' : '·'}</Kbd>
                  <span className="min-w-0 flex-1 truncate">{name}</span>
                  {to === me && <span className="text-xs text-soft">you</span>}
                </button>
              </li>
            ))}
        </ul>
        {people !== undefined && choices.length === 0 && (
          <p role="status" className="text-sm text-soft">
            Nobody who works on alerts is called so.
          </p>
        )}
      </form>
    </Dialog>
  );
}
