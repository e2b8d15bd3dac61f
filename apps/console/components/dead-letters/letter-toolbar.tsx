'use client';
import { RotateCcw, RotateCw, Trash2, Undo2, X } from 'lucide-react';
import { count, plural } from '../../view/quantity.ts';
import { Button, IconButton } from '../ui/button.tsx';

/** What can be done: with the selected letters, else with all that fit the filter. */
export function LetterToolbar({
  selected,
  shown,
  more,
  state,
  chips,
  mayWork,
  onReplay,
  onDrop,
  onRestore,
  onClear,
  onReload,
}: {
  readonly selected: number;
  readonly shown: number | undefined;
  readonly more: boolean;
  readonly state: string;
  /** Parts of the filter that stand in no box, each with how to take it away. */
  readonly chips: readonly { readonly text: string; readonly onRemove: () => void }[];
  readonly mayWork: boolean;
  readonly onReplay: () => void;
  readonly onDrop: () => void;
  readonly onRestore: () => void;
  readonly onClear: () => void;
  readonly onReload: () => void;
}) {
  const which = selected > 0 ? 'selected' : 'all that match';
  const replays = state === 'open' || state === 'failed' || state === 'all';
  const restores = state === 'dropped';
  return (
    <div
      role="toolbar"
      aria-label="Dead letters"
      className={`flex min-h-10 shrink-0 flex-wrap items-center gap-2 border-b border-line px-3 py-1 text-sm ${selected > 0 ? 'bg-accent-wash' : ''}`}
    >
      <span className="figure mr-1 whitespace-nowrap">
        {selected > 0 ? (
          <strong className="font-medium">{plural(selected, 'letter')} selected</strong>
        ) : (
          <span className="text-soft">
            <strong className="font-semibold text-ink">
              {shown === undefined ? '–' : `${count(shown)}${more && shown > 0 ? '+' : ''}`}
            </strong>{' '}
            {shown === 1 && !more ? 'letter' : 'letters'}
          </span>
        )}
      </span>
      {chips.map(({ text, onRemove }) => (
        <span
          key={text}
          className="inline-flex h-7 items-center gap-0.5 rounded-md border border-line bg-raised pl-2 font-mono text-xs"
        >
          {text}
          <IconButton label={`Take away ${text}`} onClick={onRemove}>
            <X size={13} />
          </IconButton>
        </span>
      ))}
      <div className="ml-auto flex items-center gap-2">
        {mayWork && shown !== undefined && shown > 0 && replays && (
          <>
            <Button look="primary" onClick={onReplay}>
              <RotateCcw size={13} aria-hidden /> Replay {which}
            </Button>
            <Button onClick={onDrop}>
              <Trash2 size={13} aria-hidden /> Drop {which}…
            </Button>
          </>
        )}
        {mayWork && shown !== undefined && shown > 0 && restores && (
          <Button onClick={onRestore}>
            <Undo2 size={13} aria-hidden /> Restore {which}
          </Button>
        )}
        {selected > 0 ? (
          <IconButton label="Clear the selection" onClick={onClear}>
            <X size={15} />
          </IconButton>
        ) : (
          <IconButton label="Read the dead letters anew (r)" onClick={onReload}>
            <RotateCw size={14} />
          </IconButton>
        )}
      </div>
    </div>
  );
}
