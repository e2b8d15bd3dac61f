'use client';
import { Popover } from '@base-ui/react/popover';
import { type RefObject, useState } from 'react';
import {
  absoluteRange,
  dayRanges,
  presets,
  resolveRange,
  type TimeRange,
  toLocalInput,
} from '../../view/time-range.ts';
import { momentOf, offsetLabel } from '../../view/wall-clock.ts';
import { Button } from '../ui/button.tsx';

/** The choices of the time picker, below its button. */
export function TimePopover({
  anchor,
  range,
  onChange,
  onClose,
}: {
  readonly anchor: RefObject<HTMLElement | null>;
  readonly range: TimeRange;
  readonly onChange: (range: TimeRange) => void;
  readonly onClose: () => void;
}) {
  const choices = [
    ...presets.map(({ from, label }) => ({ label, range: { from, to: 'now' } })),
    ...dayRanges(Date.now()),
  ];
  return (
    <Popover.Root open onOpenChange={(open) => !open && onClose()}>
      <Popover.Portal>
        <Popover.Positioner anchor={anchor} align="end" sideOffset={4} className="z-50">
          <Popover.Popup
            aria-label="Time range"
            finalFocus={anchor}
            className="flex rounded-lg border border-line bg-panel shadow-pop outline-none"
          >
            <ul className="w-44 border-r border-line p-1" aria-label="Up to now, and days">
              {choices.map(({ label, range: choice }) => (
                <li key={label}>
                  <button
                    type="button"
                    aria-pressed={range.to === choice.to && range.from === choice.from}
                    onClick={() => onChange(choice)}
                    className="h-7 w-full rounded px-2 text-left text-sm hover:bg-hover aria-pressed:bg-accent-wash aria-pressed:text-accent"
                  >
                    {label}
                  </button>
                </li>
              ))}
            </ul>
            <AbsoluteRange range={range} onChange={onChange} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

const inputClass =
  'figure h-7 rounded-md border border-line bg-raised px-2 text-sm text-ink aria-invalid:border-bad focus-visible:border-accent';

function AbsoluteRange({
  range,
  onChange,
}: {
  readonly range: TimeRange;
  readonly onChange: (range: TimeRange) => void;
}) {
  const resolved = resolveRange(range, Date.now());
  const [from, setFrom] = useState(resolved === undefined ? '' : toLocalInput(resolved.from));
  const [to, setTo] = useState(resolved === undefined ? '' : toLocalInput(resolved.to));
  const start = momentOf(from);
  const end = momentOf(to);
  const wrong = Number.isNaN(start) || Number.isNaN(end) || start >= end;
  return (
    <form
      className="flex w-68 flex-col gap-2 p-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong) onChange(absoluteRange(start, end));
      }}
    >
      <Moment label="From" value={from} onChange={setFrom} time={start} wrong={wrong} />
      <Moment label="To" value={to} onChange={setTo} time={end} wrong={wrong} />
      <p className="min-h-4 text-xs text-bad" role="status">
        {wrong ? 'The end must be after the start.' : ''}
      </p>
      <Button look="primary" type="submit" disabled={wrong} className="justify-center">
        Apply
      </Button>
    </form>
  );
}

/** One end; the input has no zone of its own. */
function Moment({
  label,
  value,
  onChange,
  time,
  wrong,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly time: number;
  readonly wrong: boolean;
}) {
  return (
    <label className="flex flex-col gap-1 text-xs text-soft">
      <span className="flex justify-between">
        {label} <span className="figure">{Number.isNaN(time) ? '' : offsetLabel(time)}</span>
      </span>
      <input
        type="datetime-local"
        step="1"
        value={value}
        onChange={({ target }) => onChange(target.value)}
        className={inputClass}
        aria-invalid={wrong}
      />
    </label>
  );
}
