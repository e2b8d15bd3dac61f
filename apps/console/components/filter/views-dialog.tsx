'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { View } from '@tidewatch/api/schemas';
import { RefreshCw, Star, Trash2, UsersRound } from 'lucide-react';
import { useRef, useState } from 'react';
import { useSession } from '../../api/session.ts';
import { addView, changeView, removeView, setDefaultView, useViews, type ViewPage } from '../../api/views.ts';
import { viewState } from '../../view/saved-view.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, FormProblem, inputClass } from '../ui/field.tsx';
import { useAttempt } from '../ui/use-attempt.ts';

/** Keeps what a page shows under a name; renames, shares and deletes what was kept. */
export function ViewsDialog({ page, onClose }: { readonly page: ViewPage; readonly onClose: () => void }) {
  const client = useQueryClient();
  const user = useSession().data?.user;
  const { data, error } = useViews();
  const { busy, problem, attempt } = useAttempt();
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  const views = data?.views.filter((view) => view.page === page) ?? [];
  const save = (): Promise<void> =>
    attempt(async () => {
      await addView(client, { page, name: name.trim(), state: viewState(location.search), shared });
      setName('');
    });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={`Views of ${page}`} initialFocus={first}>
      <div className="flex flex-col gap-4">
        <form
          className="flex flex-col gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <Field
            ref={first}
            label="Save what is shown now as"
            maxLength={100}
            required
            value={name}
            onChange={({ target }) => setName(target.value)}
            placeholder="E.g. Severe and unassigned"
          />
          <div className="flex items-center gap-4">
            <label className="flex min-h-6 items-center gap-2 text-sm">
              <input
                type="checkbox"
                checked={shared}
                onChange={() => setShared(!shared)}
                className="size-3.5 accent-(--accent)"
              />
              Everybody may use it
            </label>
            <Button look="primary" type="submit" className="ml-auto" disabled={busy || name.trim() === ''}>
              Save
            </Button>
          </div>
        </form>
        <FormProblem problem={problem ?? error ?? undefined} />
        {views.length > 0 && (
          <ul aria-label="Saved views" className="flex flex-col border-t border-line pt-2">
            {views.map((view) => (
              <ViewRow
                key={view.id}
                view={view}
                isMine={view.owner === user}
                work={(change) => void attempt(change)}
              />
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  );
}

function ViewRow({
  view,
  isMine,
  work,
}: {
  readonly view: View;
  readonly isMine: boolean;
  readonly work: (change: () => Promise<void>) => void;
}) {
  const client = useQueryClient();
  const { id, name, page, shared, isDefault, owner } = view;
  const [draft, setDraft] = useState(name);
  const rename = (): void => {
    if (draft.trim() === '') setDraft(name);
    else if (draft.trim() !== name) work(() => changeView(client, id, { name: draft.trim() }));
  };
  return (
    <li className="flex min-h-9 items-center gap-1">
      {isMine ? (
        <input
          aria-label={`Name of the view ${name}`}
          value={draft}
          maxLength={100}
          onChange={({ target }) => setDraft(target.value)}
          onBlur={rename}
          onKeyDown={(event) => event.key === 'Enter' && rename()}
          className={`${inputClass} flex-1`}
        />
      ) : (
        <span className="min-w-0 flex-1 truncate px-2 text-sm">
          {name} <span className="text-xs text-soft">by {owner}</span>
        </span>
      )}
      <IconButton
        label={isDefault ? `Do not open the page with ${name}` : `Open the page with ${name}`}
        aria-pressed={isDefault}
        onClick={() => work(() => setDefaultView(client, page, isDefault ? null : id))}
      >
        <Star size={14} />
      </IconButton>
      {isMine && (
        <>
          <IconButton
            label={shared ? `Keep ${name} to yourself` : `Let everybody use ${name}`}
            aria-pressed={shared}
            onClick={() => work(() => changeView(client, id, { shared: !shared }))}
          >
            <UsersRound size={14} />
          </IconButton>
          <IconButton
            label={`Put what is shown now into ${name}`}
            onClick={() => work(() => changeView(client, id, { state: viewState(location.search) }))}
          >
            <RefreshCw size={14} />
          </IconButton>
          <IconButton label={`Delete ${name}`} onClick={() => work(() => removeView(client, id))}>
            <Trash2 size={14} />
          </IconButton>
        </>
      )}
    </li>
  );
}
