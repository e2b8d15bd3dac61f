import type { CloseReason, Status } from '@tidewatch/event';
import { CircleCheck, CircleDot, CircleDotDashed } from 'lucide-react';
import { reasonLabels } from '../../view/alert-view.ts';

// Made once: lists show hundreds.
const marks = {
  open: { icon: <CircleDot size={14} aria-hidden />, label: 'Open', look: 'text-accent' },
  acknowledged: { icon: <CircleDotDashed size={14} aria-hidden />, label: 'Acknowledged', look: 'text-low' },
  closed: { icon: <CircleCheck size={14} aria-hidden />, label: 'Closed', look: 'text-faint' },
} as const;

export function StatusMark({
  status,
  reason = null,
  word = true,
}: {
  readonly status: Status;
  readonly reason?: CloseReason | null;
  readonly word?: boolean;
}) {
  const { icon, label, look } = marks[status];
  const text = reason === null ? label : reasonLabels[reason].label;
  const whole = reason === null ? label : `Closed: ${text}`;
  return (
    <span className="inline-flex min-w-0 max-w-full items-center align-middle gap-1.5" title={whole}>
      <span className={`shrink-0 ${look}`} {...(!word && { role: 'img', 'aria-label': whole })}>
        {icon}
      </span>
      {word && <span className="truncate text-sm text-soft">{text}</span>}
    </span>
  );
}
