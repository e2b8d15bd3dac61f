'use client';
import { CalendarClock, ChevronDown, ZoomOut } from 'lucide-react';
import { lazy, Suspense, useRef, useState } from 'react';
import { rangeLabel, rangeTitle, type TimeRange, zoomOut } from '../../view/time-range.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { PageLink } from './page-link.tsx';

const loadPopover = () => import('./time-popover.tsx').then((module) => ({ default: module.TimePopover }));
const TimePopover = lazy(loadPopover);

/** Presets relative to now, or both ends to the second; and a link to the page at this time. */
export function TimePicker({
  range,
  onChange,
}: {
  readonly range: TimeRange;
  readonly onChange: (range: TimeRange) => void;
}) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <div className="flex shrink-0 items-center">
      <Button
        ref={button}
        title={rangeTitle(range, Date.now())}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(true)}
        onPointerEnter={() => void loadPopover()}
        className="h-8 bg-panel"
      >
        <CalendarClock size={14} className="text-faint" aria-hidden />
        <span className="figure">{rangeLabel(range, Date.now())}</span>
        <ChevronDown size={13} className="text-faint" aria-hidden />
      </Button>
      {open && (
        <Suspense>
          <TimePopover
            anchor={button}
            range={range}
            onClose={() => setOpen(false)}
            onChange={(chosen) => {
              onChange(chosen);
              setOpen(false);
            }}
          />
        </Suspense>
      )}
      <IconButton label="Twice the time range" onClick={() => onChange(zoomOut(range, Date.now()))}>
        <ZoomOut size={15} />
      </IconButton>
      <PageLink label="Copy a link to what is shown" range={range} />
    </div>
  );
}
