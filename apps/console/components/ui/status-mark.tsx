import type { CloseReason, Status } from '@tidewatch/event';
import { CircleCheck, CircleDot, CircleDotDashed } from 'lucide-react';
import { reasonLabels } from '../../view/alert-view.ts';

const marks = {
  open: { icon: CircleDot, label: 'Open', look: 'text-accent' },
  acknowledged: { icon: CircleDotDashed, label: 'Acknowledged', look: 'text-low' },
  closed: { icon: CircleCheck, label: 'Closed', look: 'text-faint' },
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
  const { icon: Icon, label, look } = marks[status];
  const text = reason === null ? label : reasonLabels[reason].label;
  return (
    <span
      className="inline-flex min-w-0 max-w-full items-center align-middle gap-1.5"
      title={reason === null ? label : `Closed: ${text}`}
    >
      <Icon
        size={14}
        className={`shrink-0 ${look}`}
        {...(word
          ? { 'aria-hidden': true }
          : { role: 'img', 'aria-label': reason === null ? label : `Closed: ${text}` })}
      />
      {word && <span className="truncate text-sm text-soft">{text}</span>}
    </span>
  );
}
