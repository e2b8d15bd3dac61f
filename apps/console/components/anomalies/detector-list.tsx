import type { DetectorRow } from '@tidewatch/api/schemas';
import { detectorLook, detectorWord } from '../../view/anomaly.ts';
import { duration } from '../../view/moment.ts';
import { count } from '../../view/quantity.ts';
import { type FactColumn, FactTable, StateDot } from '../health/health-section.tsx';
import { Time } from '../ui/time.tsx';
import { useNow } from '../ui/use-now.ts';
import { Words } from '../ui/words.tsx';

export function DetectorList({
  rows,
  current,
  onOpen,
}: {
  readonly rows: readonly DetectorRow[];
  readonly current: string | null;
  readonly onOpen: (id: string | null) => void;
}) {
  const now = useNow();
  const figure = (value: number | undefined): string => (value === undefined ? '–' : count(value));
  const more: readonly FactColumn<DetectorRow>[] = [
    { title: 'Known', right: true, cell: ({ state }) => figure(state?.known) },
    { title: 'Active', right: true, cell: ({ state }) => figure(state?.active) },
    { title: 'Alerts', right: true, cell: ({ state }) => figure(state?.alerts) },
    {
      title: 'Last odd',
      cell: ({ state }) =>
        state?.lastResult == null ? (
          <span className="text-soft">–</span>
        ) : (
          <Time at={state.lastResult} now={now} />
        ),
    },
    { title: 'Interval', right: true, cell: ({ interval }) => duration(interval) },
    {
      title: 'Target',
      right: true,
      cell: ({ target }) => (
        <span title="Share of intervals that are odd while nothing is the matter">
          {Number((target * 100).toPrecision(3))} %
        </span>
      ),
    },
  ];
  return (
    <FactTable
      label="Detectors"
      rows={rows}
      rowKey={({ id }) => id}
      empty=""
      columns={[
        {
          title: 'Detector',
          cell: ({ id, title, says }) => (
            <div className="py-1.5">
              <button
                type="button"
                aria-current={id === current}
                onClick={() => onOpen(id === current ? null : id)}
                className="min-h-6 text-left font-medium hover:underline aria-[current=true]:text-accent"
              >
                {title}
              </button>
              <p className="text-xs text-soft">
                <Words>{says}</Words>
              </p>
            </div>
          ),
        },
        { title: 'State', cell: (row) => <StateDot look={detectorLook(row)}>{detectorWord(row)}</StateDot> },
        // Beside a detail there is room for no more.
        ...(current === null ? more : []),
      ]}
    />
  );
}
