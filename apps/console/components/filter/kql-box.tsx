'use client';
import { type Notice, parseKql } from '@tidewatch/query';
import { Search, X } from 'lucide-react';
import {
  type KeyboardEvent,
  lazy,
  Suspense,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { SearchPage } from '../../api/views.ts';
import { faultWhileTyping, faultyPlaces, type Suggestion } from '../../view/completion.ts';
import type { TimeRange } from '../../view/time-range.ts';
import { IconButton } from '../ui/button.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { useKey } from '../ui/use-key.ts';
import { FaultUnderline } from './fault-underline.tsx';
import { KqlNotice } from './kql-notice.tsx';
import { useCompletion } from './use-completion.ts';
import { useSearchHistory } from './use-search-history.ts';

const CompletionList = lazy(() =>
  import('./completion-list.tsx').then((module) => ({ default: module.CompletionList })),
);
const SearchList = lazy(() => import('./search-list.tsx').then((module) => ({ default: module.SearchList })));

/** The filter, applied with Enter. `problem` is what the server found wrong with the filter in force. */
export function KqlBox({
  value,
  onChange,
  problem,
  placeholder,
  page,
  completes = page,
  range,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly problem: Notice | undefined;
  readonly placeholder: string;
  /** Remembers what is asked here; the arrow keys bring it back. */
  readonly page?: SearchPage;
  /** Whose queries the server completes, as its address under `/api` has it; the page's. */
  readonly completes?: string | undefined;
  /** Of the list: values are counted in it. */
  readonly range?: TimeRange;
}) {
  const [draft, setDraft] = useState(value);
  const [refused, setRefused] = useState<Notice>();
  const [dismissed, setDismissed] = useState<Notice>();
  const input = useRef<HTMLInputElement>(null);
  const errorId = useId();
  const listId = useId();
  const history = useSearchHistory(page, draft);
  const completion = useCompletion(completes, range);
  const completing = completion.shown !== undefined && !history.shown;
  /** Where the cursor goes once what was taken stands in the box. */
  const cursor = useRef<number>(undefined);
  useLayoutEffect(() => {
    if (cursor.current !== undefined) input.current?.setSelectionRange(cursor.current, cursor.current);
    cursor.current = undefined;
  });
  useEffect(() => {
    setDraft(value);
    setRefused(undefined);
  }, [value]);
  useKey('/', () => {
    input.current?.focus();
    input.current?.select();
  });

  const apply = (text: string): void => {
    setDraft(text);
    const parsed = parseKql(text);
    setRefused(parsed.ok ? undefined : parsed.error);
    history.close();
    completion.close();
    if (parsed.ok) {
      history.note(text.trim());
      onChange(text.trim());
    } else input.current?.focus();
  };
  const warning = useMemo(() => {
    const parsed = parseKql(value);
    return parsed.ok ? parsed.warnings[0] : parsed.error;
  }, [value]);
  const fault = refused ?? (draft === value ? problem : undefined);
  const typing = useMemo(() => (draft === value ? undefined : faultWhileTyping(draft)), [draft, value]);
  const marked = fault ?? typing;
  const hint = draft === value ? warning : completion.pending ? undefined : typing;
  const shown = fault ?? (hint === dismissed ? undefined : hint);

  const type = (text: string, position: number): void => {
    setDraft(text);
    setRefused(undefined);
    history.close();
    // In an empty box the arrow keys bring back what was asked before.
    if (text.trim() === '') completion.close();
    else completion.ask(text, position);
  };
  const takeIn = (suggestion: Suggestion): void => {
    const taken = completion.taken(suggestion);
    if (taken === undefined) return;
    cursor.current = taken.position;
    type(taken.text, taken.position);
  };
  /** True where the key was for the list of what can stand here. */
  const completionKey = ({ key, ctrlKey, shiftKey }: KeyboardEvent<HTMLInputElement>): boolean => {
    if (key === ' ' && ctrlKey) completion.ask(draft, input.current?.selectionStart ?? draft.length);
    else if (!completing) return false;
    else if (key === 'ArrowDown' || key === 'ArrowUp') completion.step(key === 'ArrowDown' ? 1 : -1);
    else if (key === 'Escape') completion.close();
    else if (key === 'Enter' && completion.chosen !== undefined) takeIn(completion.chosen);
    else if (key === 'Tab' && !shiftKey) {
      const suggestion = completion.chosen ?? completion.first;
      if (suggestion !== undefined) takeIn(suggestion);
    } else return false;
    return true;
  };

  const active = history.shown ? history.at : completing ? completion.at : -1;
  return (
    <search className="relative min-w-64 flex-1">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          apply(history.chosen ?? draft);
        }}
        className={`flex h-8 items-center gap-2 rounded-md border bg-panel pr-1 pl-2.5 focus-within:border-accent ${fault === undefined ? 'border-line' : 'border-bad'}`}
      >
        <Search size={14} className="shrink-0 text-faint" aria-hidden />
        <div className="relative flex h-full min-w-0 flex-1">
          {marked !== undefined && (
            <FaultUnderline text={draft} places={faultyPlaces(draft, marked)} under={input} />
          )}
          <input
            ref={input}
            value={draft}
            onChange={({ target }) => type(target.value, target.selectionStart ?? target.value.length)}
            onSelect={({ currentTarget: { value: text, selectionStart } }) => {
              const { asked } = completion;
              if (asked !== undefined && selectionStart !== null && selectionStart !== asked.position)
                completion.ask(text, selectionStart);
            }}
            onKeyDown={(event) => {
              if (completionKey(event) || history.onKey(event.key)) return event.preventDefault();
              if (event.key !== 'Escape') return;
              if (history.shown) return history.close();
              setDraft(value);
              setRefused(undefined);
              event.currentTarget.blur();
            }}
            placeholder={placeholder}
            aria-label="Filter in KQL"
            {...(completes !== undefined && {
              role: 'combobox',
              'aria-autocomplete': 'list' as const,
              'aria-expanded': history.shown || completing,
              'aria-controls': listId,
              'aria-activedescendant': active < 0 ? undefined : `${listId}-${active}`,
            })}
            onBlur={() => {
              history.close();
              completion.close();
            }}
            aria-invalid={fault !== undefined}
            aria-describedby={shown === undefined ? undefined : errorId}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            className="relative h-full min-w-0 flex-1 bg-transparent font-mono text-sm outline-none placeholder:font-sans placeholder:text-faint"
          />
        </div>
        {draft !== value && (
          <span className="text-xs text-faint">
            <Kbd>Enter</Kbd> applies
          </span>
        )}
        {draft === '' ? (
          <span className="px-1">
            <Kbd>/</Kbd>
          </span>
        ) : (
          <IconButton label="Clear the filter" className="size-7" onClick={() => apply('')}>
            <X size={14} />
          </IconButton>
        )}
      </form>
      {history.shown && (
        <Suspense>
          <SearchList
            id={listId}
            searches={history.searches}
            at={history.at}
            onChoose={apply}
            onClose={history.close}
          />
        </Suspense>
      )}
      {completing && completion.asked !== undefined && completion.shown !== undefined && (
        <Suspense>
          <CompletionList
            id={listId}
            asked={completion.asked}
            completion={completion.shown}
            at={completion.at}
            fault={typing}
            onTake={takeIn}
          />
        </Suspense>
      )}
      {shown !== undefined && !history.shown && !completing && (
        <KqlNotice
          id={errorId}
          text={draft}
          notice={shown}
          isError={draft !== value || fault !== undefined}
          onFix={apply}
          onDismiss={() => {
            setRefused(undefined);
            setDismissed(shown);
          }}
        />
      )}
    </search>
  );
}
