'use client';
import type { DependencyList } from 'react';
import type uPlot from 'uplot';
import { useChart } from './use-chart.ts';

/** A chart; beside it stands the table that holds its numbers. */
export function Chart({
  label,
  draw,
  shown,
  className = 'h-full',
}: {
  /** What it shows, for those who do not see it. */
  readonly label: string;
  readonly draw: (element: HTMLDivElement) => uPlot;
  /** Another value draws it anew. */
  readonly shown: DependencyList;
  /** Its height. */
  readonly className?: string;
}) {
  const target = useChart(draw, shown);
  return (
    <div
      ref={target}
      role="img"
      aria-label={`${label}; the table holds the numbers`}
      className={`chart w-full overflow-hidden ${className}`}
    />
  );
}
