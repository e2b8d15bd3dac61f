'use client';
import { type Level, levels } from '@tidewatch/event';
import { memo } from 'react';
import { useAlertHistogram, useAlertTotals } from '../../api/alerts.ts';
import { levelLabels, statusViewLabels, statusViews } from '../../view/alert-view.ts';
import { absoluteRange } from '../../view/time-range.ts';
import { HistogramPanel } from '../charts/histogram-panel.tsx';
import type { ChartSeries } from '../charts/stack.ts';
import { KqlBox } from '../filter/kql-box.tsx';
import { kqlProblemOf } from '../filter/kql-problem.ts';
import { TimePicker } from '../filter/time-picker.tsx';
import { changeFilter } from '../filter/value-actions.ts';
import { ViewsMenu } from '../filter/views-menu.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { KpiStrip } from './kpi-strip.tsx';
import type { AlertState } from './use-alert-state.ts';

/** Severest first: the chart stacks them from its base. */
const levelSeries: readonly ChartSeries[] = [...levels]
  .reverse()
  .map((level) => ({ key: level, label: levelLabels[level], colour: `--${level}` }));

/** What narrows the queue, and what it counts; drawn anew with those only, not as the cursor moves. */
export const AlertsHead = memo(function AlertsHead({
  status,
  filter,
  wide,
  error,
  setState,
}: Pick<AlertState, 'setState' | 'filter' | 'wide'> & {
  readonly status: AlertState['state']['status'];
  /** Why there is no list. */
  readonly error: Error | null;
}) {
  const totals = useAlertTotals(wide);
  const histogram = useAlertHistogram(filter);
  return (
    <>
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-bg px-3 py-2">
        <Segmented
          label="Status"
          value={status}
          onChange={(status) => void setState({ status })}
          choices={statusViews.map((value) => ({ value, label: statusViewLabels[value] }))}
        />
        <KqlBox
          page="alerts"
          range={wide}
          value={wide.q}
          onChange={(q) => void setState({ q })}
          problem={kqlProblemOf(error, wide.q, filter.q)}
          placeholder="Filter alerts, e.g. rule.level: high and host.name: dc-*"
        />
        <TimePicker range={wide} onChange={({ from, to }) => void setState({ from, to })} />
        <ViewsMenu page="alerts" />
      </div>
      <div className="flex h-28 shrink-0 border-b border-line bg-panel">
        <KpiStrip
          totals={totals.data}
          failed={totals.error !== null}
          onLevel={(level: Level) =>
            void setState({ q: changeFilter(wide.q, 'rule.level', level, 'in'), status: 'open' })
          }
          onStatus={(status) => void setState({ status })}
        />
        <HistogramPanel
          histogram={histogram.data}
          series={levelSeries}
          what="alert"
          onBrush={(from, to) => void setState(absoluteRange(from, to))}
          busy={histogram.isPlaceholderData}
          error={histogram.error}
        />
      </div>
    </>
  );
});
