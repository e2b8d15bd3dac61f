import type { Notice } from '@tidewatch/query';
import { Wand2, X } from 'lucide-react';
import { segments } from '../../view/spans.ts';
import { Button, IconButton } from '../ui/button.tsx';

/** What is wrong with a filter, or probably not meant so; where; and the fix at one click. */
export function KqlNotice({
  id,
  text,
  notice,
  isError,
  onFix,
  onDismiss,
}: {
  readonly id: string;
  readonly text: string;
  readonly notice: Notice;
  readonly isError: boolean;
  readonly onFix: (text: string) => void;
  readonly onDismiss: () => void;
}) {
  const { suggestion } = notice;
  // An error at the very end has nothing to underline but the place after the last character.
  const padded = notice.start >= text.length ? `${text} ` : text;
  const end = Math.max(notice.end, notice.start + 1);
  return (
    <div
      id={id}
      role="alert"
      className={`absolute inset-x-0 top-9 z-30 flex flex-wrap items-center gap-x-3 gap-y-1 rounded-md border bg-panel px-3 py-2 text-sm shadow-pop ${isError ? 'border-bad' : 'border-line-strong'}`}
    >
      <div className="flex w-full items-center gap-2">
        <p className="min-w-0 flex-1 overflow-x-auto pb-1.5 font-mono whitespace-pre">
          {segments(padded, [[notice.start, end]]).map((part) =>
            part.hit ? (
              <span
                key={part.start}
                className={`underline decoration-wavy underline-offset-4 ${isError ? 'decoration-bad' : 'decoration-warn'}`}
              >
                {part.text === ' ' ? '\u00a0' : part.text}
              </span>
            ) : (
              <span key={part.start}>{part.text}</span>
            ),
          )}
        </p>
        <IconButton label="Dismiss" className="size-7" onClick={onDismiss}>
          <X size={13} />
        </IconButton>
      </div>
      <p className="min-w-0 flex-1">
        {notice.message} <span className="whitespace-nowrap text-faint">(character {notice.start + 1})</span>
      </p>
      {suggestion !== undefined && (
        <Button onClick={() => onFix(suggestion)}>
          <Wand2 size={13} className="text-accent" aria-hidden />
          Use <code className="max-w-80 truncate font-mono">{suggestion}</code>
        </Button>
      )}
    </div>
  );
}
