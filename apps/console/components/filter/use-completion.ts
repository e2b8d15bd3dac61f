'use client';
import { useEffect, useState } from 'react';
import { type CompletionRequest, useCompletions } from '../../api/completion.ts';
import { offers, type Suggestion, take } from '../../view/completion.ts';
import type { TimeRange } from '../../view/time-range.ts';

/** So long nothing is typed before the server is asked, milliseconds. */
const pause = 120;

/** What can stand where the cursor is, below the filter: asked for by typing, taken by Tab, or by Enter once an arrow key chose. @param list as {@link useCompletions} takes it */
export function useCompletion(list: string | undefined, range: TimeRange | undefined) {
  const [asked, setAsked] = useState<CompletionRequest>();
  const [settled, setSettled] = useState<CompletionRequest>();
  const [opening, setOpening] = useState(0);
  const [at, setAt] = useState(-1);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(asked), asked === undefined ? 0 : pause);
    return () => clearTimeout(timer);
  }, [asked]);
  const { data, isPlaceholderData, isFetching } = useCompletions(list, opening, settled);
  const known = asked !== undefined && asked === settled && !isPlaceholderData;
  const shown =
    asked !== undefined && data !== undefined && (data.late === true || offers(asked.text, data))
      ? data
      : undefined;
  const suggestions = shown?.suggestions ?? [];

  return {
    asked,
    shown,
    /** What can stand there is not known yet. */
    pending: asked !== undefined && (asked !== settled || isFetching),
    at,
    /** Asks what can stand at the cursor. */
    ask(text: string, position: number): void {
      if (list === undefined) return;
      setAt(-1);
      if (asked === undefined) setOpening(opening + 1);
      setAsked({ text, position, ...(range && { from: range.from, to: range.to }) });
    },
    close: () => setAsked(undefined),
    step: (by: number) => setAt((now) => Math.min(suggestions.length - 1, Math.max(-1, now + by))),
    chosen: known && shown !== undefined ? shown.suggestions[at] : undefined,
    first: known && shown !== undefined ? shown.suggestions[0] : undefined,
    /** Undefined where what is shown is no longer what is typed. */
    taken: (suggestion: Suggestion) =>
      known && shown !== undefined ? take(asked.text, shown, suggestion) : undefined,
  };
}
