'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { DetectorRow } from '@tidewatch/api/schemas';
import { refreshDetectors, useAnomalies } from '../../api/detectors.ts';
import { type AnomalyRow, entityLabel, outcomeWord } from '../../view/anomaly.ts';
import { figure } from '../../view/forecast.ts';
import { alertHref } from '../../view/link.ts';
import { KqlBox } from '../filter/kql-box.tsx';
import { kqlProblemOf } from '../filter/kql-problem.ts';
import { TimePicker } from '../filter/time-picker.tsx';
import { useCursor } from '../grid/use-cursor.ts';
import { FactTable } from '../health/health-section.tsx';
import { Link } from '../ui/link.tsx';
import { Section } from '../ui/section.tsx';
import { Shown } from '../ui/shown.tsx';
import { Time } from '../ui/time.tsx';
import { useKey } from '../ui/use-key.ts';
import { useNow } from '../ui/use-now.ts';
import type { AnomalyState, SetAnomalyState } from './use-anomaly-state.ts';

const none: readonly AnomalyRow[] = [];
const rowId = ({ id }: AnomalyRow): string => id;

/** Odd intervals of a detector in a time, the newest first. */
export function AnomalySection({
  detector,
  state,
  setState,
  onOpen,
  onJudge,
  onClose,
}: {
  readonly detector: Pick<DetectorRow, 'id' | 'by'>;
  readonly state: AnomalyState;
  readonly setState: SetAnomalyState;
  readonly onOpen: (entity: readonly string[], at: number) => void;
  readonly onJudge: ((anomaly: AnomalyRow) => void) | undefined;
  readonly onClose: () => void;
}) {
  const client = useQueryClient();
  const { q, from, to } = state;
  const query = useAnomalies(detector.id, { q, from, to });
  const now = useNow();
  const rows = query.data?.items ?? none;
  const { cursor, setCursor, atCursor } = useCursor(rows, rowId, {
    onOpen: ({ entity, from: at }) => onOpen(entity, at),
    onReload: () => refreshDetectors(client),
  });
  useKey('n', () => atCursor !== undefined && onJudge?.(atCursor));
  useKey('escape', () =>
    state.entity === null ? onClose() : void setState({ entity: null, at: null, judge: null }),
  );
  const problem = kqlProblemOf(query.error, q, q);
  return (
    <Section title="Odd intervals" aside={query.data && `${rows.length} shown`}>
      <div className="mb-2 flex flex-wrap items-center gap-2">
        <KqlBox
          completes={`detectors/${detector.id}`}
          range={state}
          value={q}
          onChange={(text) => void setState({ q: text })}
          problem={problem}
          placeholder="Filter, e.g. tidewatch.score.grade > 0.5"
        />
        <TimePicker range={state} onChange={(range) => void setState(range)} />
      </div>
      {/* What is wrong with the filter stands under its box. */}
      <Shown query={problem === undefined ? query : { ...query, error: null }} what="What was odd">
        {() => (
          <FactTable
            label="Odd intervals"
            rows={rows}
            rowKey={({ id }) => id}
            empty="Nothing odd was found in that time. Widen it, or run the detector over stored events below."
            columns={[
              {
                title: 'From',
                cell: (row) => (
                  <button
                    type="button"
                    aria-current={row.id === cursor}
                    onClick={() => {
                      setCursor(row.id);
                      onOpen(row.entity, row.from);
                    }}
                    className="min-h-7 border-l-2 border-transparent pl-1 text-left hover:underline aria-[current=true]:border-accent aria-[current=true]:text-accent"
                  >
                    <Time at={row.from} now={now} />
                  </button>
                ),
              },
              {
                title: 'Entity',
                cell: ({ entity }) => <span className="wrap-anywhere">{entityLabel(entity)}</span>,
              },
              { title: 'Grade', right: true, cell: ({ grade }) => figure(grade) },
              {
                title: 'Is, and was expected',
                cell: ({ features }) => (
                  <span className="figure">
                    {features
                      .map(({ name, actual, expected }) => `${name} ${figure(actual)} (${figure(expected)})`)
                      .join(', ')}
                  </span>
                ),
              },
              {
                title: 'Outcome',
                cell: (row) =>
                  row.alert === undefined ? (
                    <span className="text-soft">{outcomeWord(row)}</span>
                  ) : (
                    <Link href={alertHref(row.alert, row.from)} className="text-accent hover:underline">
                      alert
                    </Link>
                  ),
              },
            ]}
          />
        )}
      </Shown>
    </Section>
  );
}
