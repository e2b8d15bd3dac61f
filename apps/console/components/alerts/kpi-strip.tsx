'use client';
import type { AlertTotals } from '@tidewatch/api/schemas';
import { type Level, levels } from '@tidewatch/event';
import { levelLabels, type StatusView } from '../../view/alert-view.ts';
import { compact, count } from '../../view/quantity.ts';
import { levelText } from '../ui/level-mark.tsx';

const severest = [...levels].reverse();

/** Open alerts by level, and how many are in other hands; each figure filters by what it counts. */
export function KpiStrip({
  totals,
  failed,
  onLevel,
  onStatus,
}: {
  readonly totals: AlertTotals | undefined;
  readonly failed: boolean;
  readonly onLevel: (level: Level) => void;
  readonly onStatus: (view: StatusView) => void;
}) {
  const sum = (fits: (row: AlertTotals['totals'][number]) => boolean): number =>
    totals?.totals.filter(fits).reduce((all, row) => all + row.count, 0) ?? 0;
  const figure = (value: number): number | null | undefined =>
    totals !== undefined ? value : failed ? null : undefined;
  return (
    <section aria-label="Totals" className="flex shrink-0 items-stretch">
      <fieldset className="flex flex-col justify-center border-r border-line px-3">
        <legend className="float-left mb-1 px-2 text-xs text-soft">
          Open by severity
          {failed && totals !== undefined && <span className="text-warn"> · from before</span>}
        </legend>
        <div className="flex">
          {severest.map((level) => {
            const open = sum((row) => row.level === level && row.status === 'open');
            return (
              <Figure
                key={level}
                value={figure(open)}
                label={levelLabels[level]}
                look={open === 0 ? 'text-faint' : levelText[level]}
                onClick={() => onLevel(level)}
              />
            );
          })}
        </div>
      </fieldset>
      <fieldset className="flex flex-col justify-center border-r border-line px-3">
        <legend className="float-left mb-1 px-2 text-xs text-soft">In hand</legend>
        <div className="flex">
          <Figure
            value={figure(sum((row) => row.status === 'acknowledged'))}
            label="Acknowledged"
            look="text-ink"
            onClick={() => onStatus('acknowledged')}
          />
          <Figure
            value={figure(sum((row) => row.status === 'closed'))}
            label="Closed"
            look="text-soft"
            onClick={() => onStatus('closed')}
          />
        </div>
      </fieldset>
    </section>
  );
}

function Figure({
  value,
  label,
  look,
  onClick,
}: {
  /** Undefined while it loads, null where it could not be loaded. */
  readonly value: number | null | undefined;
  readonly label: string;
  readonly look: string;
  readonly onClick: () => void;
}) {
  return (
    <button
      type="button"
      onClick={onClick}
      title={value == null ? label : `${label}: ${count(value)}. Filter by it`}
      className="flex min-w-16 flex-col items-start rounded-md px-2 py-1 text-left hover:bg-hover"
    >
      {value === undefined ? (
        <span className="skeleton my-1 h-5 w-8" />
      ) : (
        <span className={`figure text-xl font-semibold ${look}`}>
          {value === null ? '–' : compact(value)}
        </span>
      )}
      <span className="text-xs text-soft">{label}</span>
    </button>
  );
}
