'use client';
import { type Notice, parseKql } from '@tidewatch/query';
import { Search, X } from 'lucide-react';
import { lazy, Suspense, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { SearchPage } from '../../api/views.ts';
import { IconButton } from '../ui/button.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { useKey } from '../ui/use-key.ts';
import { KqlNotice } from './kql-notice.tsx';
import { useSearchHistory } from './use-search-history.ts';

const SearchList = lazy(() => import('./search-list.tsx').then((module) => ({ default: module.SearchList })));

/** The filter, applied with Enter. `problem` is what the server found wrong with the filter in force. */
export function KqlBox({
  value,
  onChange,
  problem,
  placeholder,
  page,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly problem: Notice | undefined;
  readonly placeholder: string;
  /** Remembers what is asked here; the arrow keys bring it back. */
  readonly page?: SearchPage;
}) {
  const [draft, setDraft] = useState(value);
  const [refused, setRefused] = useState<Notice>();
  const [dismissed, setDismissed] = useState<Notice>();
  const input = useRef<HTMLInputElement>(null);
  const errorId = useId();
  const listId = useId();
  const history = useSearchHistory(page, draft);
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
  const shown = fault ?? (draft === value && warning !== dismissed ? warning : undefined);

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
        <input
          ref={input}
          value={draft}
          onChange={(event) => {
            setDraft(event.target.value);
            setRefused(undefined);
            history.close();
          }}
          onKeyDown={(event) => {
            if (history.onKey(event.key)) event.preventDefault();
            if (event.key !== 'Escape') return;
            if (history.shown) return history.close();
            setDraft(value);
            setRefused(undefined);
            event.currentTarget.blur();
          }}
          placeholder={placeholder}
          aria-label="Filter in KQL"
          {...(page !== undefined && {
            role: 'combobox',
            'aria-expanded': history.shown,
            'aria-controls': listId,
            'aria-activedescendant': history.shown && history.at >= 0 ? `${listId}-${history.at}` : undefined,
          })}
          onBlur={history.close}
          aria-invalid={fault !== undefined}
          aria-describedby={shown === undefined ? undefined : errorId}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          className="h-full min-w-0 flex-1 bg-transparent font-mono text-sm outline-none placeholder:font-sans placeholder:text-faint"
        />
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
      {shown !== undefined && !history.shown && (
        <KqlNotice
          id={errorId}
          text={draft}
          notice={shown}
          isError={fault !== undefined}
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
