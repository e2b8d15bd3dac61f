'use client';
import { Bookmark, BriefcaseBusiness } from 'lucide-react';
import { useRouter } from 'next/navigation.js';
import { type ReactNode, useDeferredValue, useId, useRef, useState } from 'react';
import { useFoundCases } from '../../api/cases.ts';
import { useViews } from '../../api/views.ts';
import { caseStatusLabels } from '../../view/case.ts';
import { step } from '../../view/keymap.ts';
import { Dialog } from '../ui/dialog.tsx';
import { inputClass } from '../ui/field.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { usePages } from './navigation.tsx';

interface Goal {
  readonly key: string;
  readonly href: string;
  readonly title: string;
  readonly kind: string;
  /** What goes there without the palette. */
  readonly keys?: readonly string[];
  readonly icon: ReactNode;
}

/** Goes to a page, a saved view or a case by some letters of its name. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const router = useRouter();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const listId = useId();
  const goals = useGoals(text);
  const current = Math.min(at, goals.length - 1);
  const go = (goal: Goal | undefined): void => {
    if (goal === undefined) return;
    onClose();
    router.push(goal.href);
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Go to" initialFocus={input}>
      <div className="-m-1 flex flex-col gap-2">
        <input
          ref={input}
          role="combobox"
          aria-label="Page, view or case"
          aria-expanded
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={current < 0 ? undefined : `${listId}-${current}`}
          value={text}
          placeholder="A page, a view or a case"
          onChange={({ target }) => {
            setText(target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') go(goals[current]);
            if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
            event.preventDefault();
            setAt(step(current, event.key === 'ArrowDown' ? 1 : -1, goals.length));
          }}
          autoComplete="off"
          spellCheck={false}
          className={inputClass}
        />
        <div id={listId} role="listbox" aria-label="Where to" className="h-80 overflow-y-auto">
          {goals.map((goal, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the box that owns the list has the keys
            <div
              key={goal.key}
              id={`${listId}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === current}
              ref={(element) => {
                if (index === current) element?.scrollIntoView({ block: 'nearest' });
              }}
              onClick={() => go(goal)}
              className="flex cursor-default items-center gap-2 rounded px-2 py-1.5 text-sm hover:bg-hover aria-selected:bg-accent-wash"
            >
              <span className="text-faint">{goal.icon}</span>
              <span className="min-w-0 flex-1 truncate">{goal.title}</span>
              <span className="text-xs text-soft">{goal.kind}</span>
              {goal.keys !== undefined && (
                <span className="flex w-12 justify-end gap-1">
                  {goal.keys.map((key) => (
                    <Kbd key={key}>{key}</Kbd>
                  ))}
                </span>
              )}
            </div>
          ))}
        </div>
        <p role="status" className="px-1 text-xs text-soft">
          {goals.length === 0 ? 'Nothing has this in its name.' : ''}
        </p>
      </div>
    </Dialog>
  );
}

/** What has all words in its name: pages, then views, then cases. */
function useGoals(text: string): readonly Goal[] {
  const pages = usePages();
  const { data: views } = useViews();
  const { data: cases } = useFoundCases(useDeferredValue(text), {
    wanted: pages.some(({ path }) => path === '/cases'),
  });
  const words = text.toLowerCase().split(/\s+/);
  const fits = (name: string): boolean => words.every((word) => name.toLowerCase().includes(word));
  return [
    ...pages
      .filter(({ title }) => fits(title))
      .map(({ path, title, key, icon: Icon }) => ({
        ...{ key: path, href: path, title, kind: 'page', keys: ['g', key] },
        icon: <Icon size={15} strokeWidth={1.75} aria-hidden />,
      })),
    ...(views?.views ?? [])
      .filter(({ name }) => fits(name))
      .map(({ id, page, name, state }) => ({
        ...{ key: id, href: `/${page}?${state}`, title: name, kind: `view of ${page}` },
        icon: <Bookmark size={15} strokeWidth={1.75} aria-hidden />,
      })),
    ...(cases?.items ?? [])
      .filter(({ title }) => fits(title))
      .map(({ id, title, status }) => ({
        ...{ key: id, href: `/cases?id=${encodeURIComponent(id)}&q=`, title },
        kind: `case, ${caseStatusLabels[status].toLowerCase()}`,
        icon: <BriefcaseBusiness size={15} strokeWidth={1.75} aria-hidden />,
      })),
  ];
}
