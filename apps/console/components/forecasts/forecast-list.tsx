import type { ForecastRow } from '@tidewatch/api/schemas';
import { figure, lookOf, stateWord } from '../../view/forecast.ts';
import { StateDot } from '../health/health-section.tsx';

/** All series, each with what is and what was expected of it. */
export function ForecastList({
  rows,
  current,
  onChoose,
}: {
  readonly rows: readonly ForecastRow[];
  readonly current: string;
  readonly onChoose: (name: string) => void;
}) {
  return (
    <div
      className="max-h-60 shrink-0 overflow-y-auto border-b border-line bg-panel lg:max-h-none lg:w-[30rem] lg:border-r lg:border-b-0"
      tabIndex={0}
      role="region"
      aria-label="Series, table"
    >
      <table className="w-full table-fixed text-sm">
        <thead className="sticky top-0 bg-raised text-xs text-soft">
          <tr>
            <th scope="col" className="h-7 px-3 text-left font-medium">
              Series
            </th>
            <th scope="col" className="w-18 px-2 text-right font-medium">
              Is
            </th>
            <th scope="col" className="w-20 px-2 text-right font-medium">
              Expected
            </th>
            <th scope="col" className="w-32 px-3 text-left font-medium">
              State
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={row.name}
              className={`border-t border-line ${row.name === current ? 'bg-accent-wash' : 'hover:bg-hover'}`}
            >
              <td className="p-0">
                <button
                  type="button"
                  aria-current={row.name === current}
                  onClick={() => onChoose(row.name)}
                  className="block min-h-9 w-full px-3 py-1 text-left wrap-anywhere"
                >
                  <SeriesName name={row.name} />
                </button>
              </td>
              <td className="figure px-2 text-right whitespace-nowrap">{figure(row.actual)}</td>
              <td className="figure px-2 text-right whitespace-nowrap text-soft">
                {figure(row.now.expected)}
              </td>
              <td className="px-3">
                <StateDot look={lookOf(row)}>{stateWord(row)}</StateDot>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The labels of a series below its name, as far as it is written as Prometheus does. */
function SeriesName({ name }: { readonly name: string }) {
  const [, metric = name, labels] = /^([^{]+)\{(.*)\}$/.exec(name) ?? [];
  return (
    <>
      {metric}
      {labels !== undefined && (
        <span className="block text-xs text-soft">
          {labels.replace(/(\w+)="((?:[^"\\]|\\.)*)",?/g, '$1 $2 \u00b7 ').replace(/ \u00b7 $/, '')}
        </span>
      )}
    </>
  );
}
