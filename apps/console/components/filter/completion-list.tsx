'use client';
import type { Completion } from '@tidewatch/api/schemas';
import type { Notice } from '@tidewatch/query';
import type { CompletionRequest } from '../../api/completion.ts';
import { type Suggestion, typedSpan } from '../../view/completion.ts';
import { compact } from '../../view/quantity.ts';
import { segments } from '../../view/spans.ts';
import { visible } from '../../view/value.ts';
import { Kbd } from '../ui/kbd.tsx';
import { OptionList } from './option-list.tsx';

const titles = { field: 'Fields', value: 'Values', operator: 'Operators', conjunction: 'And then' } as const;
/** Of a value no more is shown: it is what somebody logged. */
const longest = 200;

/** What can stand at the cursor, below the filter. Pointers take, too, without taking the focus. */
export function CompletionList({
  id,
  asked,
  completion,
  at,
  fault,
  onTake,
}: {
  readonly id: string;
  readonly asked: CompletionRequest;
  readonly completion: Completion;
  readonly at: number;
  readonly fault: Notice | undefined;
  readonly onTake: (suggestion: Suggestion) => void;
}) {
  const { expects, suggestions, late } = completion;
  return (
    <div className="absolute inset-x-0 top-full z-30 mt-1 rounded-lg border border-line bg-panel p-1 shadow-pop">
      <OptionList
        {...{ id, at }}
        label={titles[expects]}
        options={suggestions}
        textOf={({ text }) => text}
        onChoose={onTake}
      >
        {(suggestion) => (
          <>
            <Label {...{ asked, completion, suggestion }} />
            <Facts {...suggestion} />
          </>
        )}
      </OptionList>
      {late && <p className="px-2 py-1 text-sm text-soft">The values take too long to count; type on.</p>}
      {fault !== undefined && (
        <p role="status" className="border-t border-line px-2 py-1 text-sm text-bad">
          {fault.message}
        </p>
      )}
      <p aria-hidden className="flex gap-3 border-t border-line px-2 pt-1 text-xs text-faint">
        <span>
          <Kbd>↓</Kbd> chooses
        </span>
        <span>
          <Kbd>Tab</Kbd> takes
        </span>
        <span>
          <Kbd>Enter</Kbd> {at < 0 ? 'searches' : 'takes, too'}
        </span>
      </p>
    </div>
  );
}

function Label({
  asked: { text, position },
  completion,
  suggestion,
}: {
  readonly asked: CompletionRequest;
  readonly completion: Completion;
  readonly suggestion: Suggestion;
}) {
  const span = typedSpan(text, position, completion, suggestion);
  const { label, seen } = suggestion;
  const cut = label.length > longest ? `${label.slice(0, longest)}…` : label;
  return (
    <bdi className={`min-w-0 truncate font-mono ${seen === false ? 'text-soft' : ''}`}>
      {segments(cut, span === undefined ? [] : [span]).map((part) =>
        part.hit ? (
          <strong key={part.start} className="font-semibold text-accent">
            {visible(part.text)}
          </strong>
        ) : (
          <span key={part.start}>{visible(part.text)}</span>
        ),
      )}
    </bdi>
  );
}

const Facts = ({ count, type, says, seen }: Suggestion) => (
  <>
    {says !== undefined && <span className="min-w-0 truncate text-xs text-soft">{says}</span>}
    <span className="figure ml-auto shrink-0 text-xs text-soft">
      {count !== undefined ? compact(count) : type}
      {seen === false && ' · not seen'}
    </span>
  </>
);
