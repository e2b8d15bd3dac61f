'use client';
import type { Entity } from '@tidewatch/api/schemas';
import { reasonLabels } from '../../view/alert-view.ts';
import { riskFormula, riskSentence } from '../../view/entity.ts';
import { alertHref } from '../../view/link.ts';
import { count } from '../../view/quantity.ts';
import { Chart } from '../charts/chart.tsx';
import { ChartOrTable, TableToggle } from '../charts/chart-or-table.tsx';
import { drawLineChart } from '../charts/line-chart.ts';
import { FactTable, HealthSection } from '../health/health-section.tsx';
import { LevelMark } from '../ui/level-mark.tsx';
import { Link } from '../ui/link.tsx';
import { Time } from '../ui/time.tsx';
import { useNow } from '../ui/use-now.ts';

type Part = Entity['risk']['parts'][number];
const reasons: Readonly<Record<string, { readonly label: string }>> = reasonLabels;

const statusWords = ({ status, reason }: Part): string =>
  status === 'closed' && reason !== null
    ? `closed: ${(reasons[reason]?.label ?? reason).toLowerCase()}`
    : status;

/** How the risk went in the last week, and the alerts it is made of. */
export function RiskSection({ entity: { value, risk } }: { readonly entity: Entity }) {
  const now = useNow();
  return (
    <>
      <HealthSection id="risk" title="Risk in the last seven days" aside={<TableToggle />}>
        <div className="h-48 rounded-lg border border-line bg-panel px-2">
          <ChartOrTable
            label="Risk"
            rows={risk.curve.toReversed()}
            rowKey={({ at }) => at}
            columns={[
              { title: 'Time', cell: ({ at }) => <Time at={at} now={now} /> },
              { title: 'Score', right: true, cell: ({ score }) => score.toFixed(1) },
            ]}
            className="h-full"
            chart={<RiskChart curve={risk.curve} name={value} />}
          />
        </div>
        <p className="mt-1 text-sm text-soft">
          {riskSentence(risk)} <span className="whitespace-nowrap">{riskFormula}.</span>
        </p>
      </HealthSection>
      <HealthSection id="parts" title="What it is made of">
        <FactTable
          label="Alerts by their part of the risk"
          rows={risk.parts}
          rowKey={({ id }) => id}
          empty="No alert of the last fourteen days concerns it."
          columns={[
            { title: 'Level', cell: ({ level }) => <LevelMark level={level} /> },
            {
              title: 'Alert',
              cell: ({ id, title, last }) => (
                <Link
                  href={alertHref(id, last)}
                  className="inline-flex min-h-7 items-center font-medium hover:underline"
                >
                  {title}
                </Link>
              ),
            },
            { title: 'Status', cell: (part) => <span className="text-soft">{statusWords(part)}</span> },
            { title: 'Last match', cell: ({ last }) => <Time at={last} now={now} /> },
            { title: 'Points now', right: true, cell: ({ points }) => points.toFixed(1) },
          ]}
        />
        {risk.alerts > risk.parts.length && (
          <p className="figure mt-1 text-sm text-soft">
            {count(risk.parts.length)} of {count(risk.alerts)} shown, the weightiest first
            {risk.counted < risk.alerts && `; the newest ${count(risk.counted)} are counted`}.
          </p>
        )}
      </HealthSection>
    </>
  );
}

const RiskChart = ({ curve, name }: { readonly curve: Entity['risk']['curve']; readonly name: string }) => (
  <Chart
    label={`Risk of ${name} over seven days`}
    draw={(element) =>
      drawLineChart(
        element,
        curve.map(({ at }) => at),
        curve.map(({ score }) => score),
        100,
      )
    }
    shown={[curve]}
  />
);
