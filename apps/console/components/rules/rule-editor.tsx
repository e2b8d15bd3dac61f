'use client';
import type { RuleFault } from '@tidewatch/api/schemas';
import { useRef } from 'react';
import { lineSpan } from '../../view/rule-draft.ts';

const fewestRows = 10;
const mostRows = 28;

/** A rule as somebody writes it, with numbered lines, and what is wrong with which. */
export function RuleEditor({
  text,
  onText,
  faults,
}: {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly faults: readonly RuleFault[];
}) {
  const input = useRef<HTMLTextAreaElement>(null);
  const numbers = useRef<HTMLOListElement>(null);
  const lines = text.split('\n').length;
  const faulty = new Set(faults.map(({ line }) => line));
  const goTo = (line: number): void => {
    input.current?.focus();
    input.current?.setSelectionRange(...lineSpan(text, line));
  };
  return (
    <div className="flex flex-col gap-2">
      <div className="flex overflow-hidden rounded-md border border-line bg-raised font-mono text-xs leading-[18px] focus-within:border-accent">
        <ol
          ref={numbers}
          aria-hidden
          className="figure w-10 shrink-0 overflow-hidden py-2 text-right text-faint"
        >
          {Array.from({ length: lines }, (_, index) => index + 1).map((line) => (
            <li key={line} className={`px-2 ${faulty.has(line) ? 'bg-bad font-semibold text-panel' : ''}`}>
              {line}
            </li>
          ))}
        </ol>
        <textarea
          ref={input}
          value={text}
          onChange={({ target }) => onText(target.value)}
          onScroll={({ currentTarget }) => {
            if (numbers.current !== null) numbers.current.scrollTop = currentTarget.scrollTop;
          }}
          aria-label="The rule"
          aria-invalid={faults.length > 0}
          spellCheck={false}
          wrap="off"
          rows={Math.min(mostRows, Math.max(fewestRows, lines + 1))}
          className="min-w-0 flex-1 resize-none bg-transparent py-2 pr-2 whitespace-pre outline-none"
        />
      </div>
      {faults.length > 0 && (
        <div role="alert">
          <ul aria-label="What is wrong" className="flex flex-col text-sm text-bad">
            {faults.map(({ line, column, reason }) => (
              <li key={`${line} ${column} ${reason}`} className="wrap-break-word">
                {line !== undefined && (
                  <button
                    type="button"
                    onClick={() => goTo(line)}
                    className="mr-2 min-h-7 font-medium underline decoration-bad/50 underline-offset-2"
                  >
                    Line {line}
                  </button>
                )}
                {reason}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
