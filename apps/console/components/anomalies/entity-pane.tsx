'use client';
import type { DetectorDetail, DetectorSeries } from '@tidewatch/api/schemas';
import { X } from 'lucide-react';
import { lazy, Suspense, useMemo } from 'react';
import { useAnomalies, useSeries } from '../../api/detectors.ts';
import { bandRows, entityLabel, eventsOf, outcomeWord } from '../../view/anomaly.ts';
import { entityHref } from '../../view/entity.ts';
import { figure } from '../../view/forecast.ts';
import { fullTime } from '../../view/moment.ts';
import { Chart } from '../charts/chart.tsx';
import { ChartOrTable, TableToggle } from '../charts/chart-or-table.tsx';
import { drawIntervals, drawScores } from '../charts/interval-chart.ts';
import { WhyItScored } from '../explain/why-it-scored.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { TextLink } from '../ui/link.tsx';
import { Shown } from '../ui/shown.tsx';
import { Time } from '../ui/time.tsx';
import { useNow } from '../ui/use-now.ts';
import type { AnomalyState, SetAnomalyState } from './use-anomaly-state.ts';

const NormalDialog = lazy(() =>
  import('./normal-dialog.tsx').then((module) => ({ default: module.NormalDialog })),
);
const nothing = (): void => {};

/** One entity: its last intervals with what was expected of them, and what made one of them odd. */
export function EntityPane({
  detector,
  entity,
  state,
  setState,
  mayJudge,
}: {
  readonly detector: DetectorDetail;
  /** JSON of its values. */
  readonly entity: string;
  readonly state: AnomalyState;
  readonly setState: SetAnomalyState;
  readonly mayJudge: boolean;
}) {
  const values = useMemo(() => valuesOf(entity), [entity]);
  const series = useSeries(detector.id, entity);
  const { at, judge } = state;
  const history = useAnomalies(detector.id, { q: state.q, from: state.from, to: state.to });
  const anomaly = history.data?.items.find(
    (one) => one.from === at && JSON.stringify(one.entity) === JSON.stringify(values),
  );
  const q = encodeURIComponent(eventsOf(detector, values));
  const times = at === null ? 'from=now-24h' : `from=${at}&to=${at + detector.interval}`;
  const pages = detector.by.flatMap((field, i) => {
    const href = entityHref(field, values[i]);
    return href === undefined ? [] : [{ href, name: values[i] ?? '' }];
  });
  return (
    <section aria-label={`Entity ${entityLabel(values)}`} className="rounded-lg border border-line p-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <h3 className="text-base font-semibold wrap-anywhere">{entityLabel(values)}</h3>
        <TextLink href={`/events?q=${q}&${times}`}>
          {at === null ? 'Its events' : 'Events of the interval'}
        </TextLink>
        <TextLink
          href={`/alerts?q=${encodeURIComponent(`rule.id: "${detector.id}"`)}&status=all&from=now-30d`}
        >
          Alerts
        </TextLink>
        {pages.map(({ href, name }) => (
          <TextLink key={href} href={href}>
            About {name}
          </TextLink>
        ))}
        <span className="ml-auto flex items-center gap-1">
          {anomaly !== undefined && mayJudge && (
            <Button onClick={() => void setState({ judge: 'yes' })}>
              Normal for this entity… <Kbd>n</Kbd>
            </Button>
          )}
          <TableToggle />
          <IconButton
            label="Close the entity (Esc)"
            onClick={() => void setState({ entity: null, at: null, judge: null })}
          >
            <X size={15} />
          </IconButton>
        </span>
      </div>
      <Shown query={series} what="The intervals">
        {(data) =>
          data.points.length === 0 ? (
            <p className="py-4 text-soft">
              No interval of it is over yet: the first is, once events have come from after its end.
            </p>
          ) : (
            <Intervals series={data} at={at} />
          )
        }
      </Shown>
      {judge !== null && mayJudge && anomaly !== undefined && (
        <Suspense>
          <NormalDialog id={detector.id} anomaly={anomaly} onClose={() => void setState({ judge: null })} />
        </Suspense>
      )}
      {judge !== null && history.data !== undefined && anomaly === undefined && (
        <p role="status" className="mt-3 text-soft">
          That interval is not among those shown below, so it can't be called normal from here. Widen the
          time, or empty the filter.
        </p>
      )}
      {anomaly !== undefined && (
        <div className="mt-3 flex flex-col gap-2">
          <h4 className="font-semibold">
            {fullTime(anomaly.from)}: grade {figure(anomaly.grade)}, {outcomeWord(anomaly)}
          </h4>
          <WhyItScored
            explanation={{
              ...{ engine: 'forest', score: anomaly.score, grade: anomaly.grade },
              confidence: anomaly.confidence,
              interval: { from: anomaly.from, to: anomaly.to },
              features: anomaly.features.toSorted((a, b) => b.contribution - a.contribution),
            }}
            onFilter={nothing}
          />
        </div>
      )}
    </section>
  );
}

function valuesOf(entity: string): readonly string[] {
  try {
    const values: unknown = JSON.parse(entity);
    return Array.isArray(values) ? values.map(String) : [];
  } catch {
    return [];
  }
}

type Point = DetectorSeries['points'][number];
const sides = ['actual', 'expected', 'lower', 'upper'] as const;

function Intervals({ series, at }: { readonly series: DetectorSeries; readonly at: number | null }) {
  const now = useNow();
  return (
    <ChartOrTable
      label="Intervals"
      rows={series.points.toReversed()}
      rowKey={({ from }) => from}
      columns={[
        { title: 'From', cell: ({ from }) => <Time at={from} now={now} /> },
        {
          title: `Score, alerts from ${figure(series.threshold)}`,
          right: true,
          cell: ({ score }) => figure(score),
        },
        { title: 'Grade', right: true, cell: ({ grade }) => figure(grade) },
        ...series.features.flatMap((name, i) =>
          sides.map((side) => ({
            title: side === 'actual' ? name : `${name} ${side}`,
            right: true,
            cell: ({ features }: Point) => figure(features[i]?.[side] ?? null),
          })),
        ),
      ]}
      className="mt-2 max-h-96 rounded-lg border border-line"
      chart={<Charts series={series} at={at} />}
    />
  );
}

const Charts = ({ series, at }: { readonly series: DetectorSeries; readonly at: number | null }) => (
  <div className="flex flex-col gap-1">
    <p className="mt-2 text-xs text-soft">Score; the dashed line is where alerts begin</p>
    <Chart
      label="Scores"
      draw={(element) => drawScores(element, series.points, series.threshold, at)}
      shown={[series, at]}
      className="h-28"
    />
    {series.features.map((name, i) => (
      <FeatureChart key={name} name={name} series={series} feature={i} at={at} />
    ))}
  </div>
);

function FeatureChart({
  name,
  series,
  feature,
  at,
}: {
  readonly name: string;
  readonly series: DetectorSeries;
  readonly feature: number;
  readonly at: number | null;
}) {
  const rows = useMemo(() => bandRows(series, feature), [series, feature]);
  return (
    <>
      <p className="mt-2 text-xs text-soft">
        <span className="font-mono text-ink">{name}</span>: what was; dashed what was expected; shaded what is
        no reason for an alert
      </p>
      <Chart
        label={`${name}: what was and what was expected`}
        draw={(element) => drawIntervals(element, rows, at)}
        shown={[rows, at]}
        className="h-36"
      />
    </>
  );
}
