import { type ChartRows, figure } from '../../view/forecast.ts';
import { shortTime } from '../../view/moment.ts';

const columns = ['Time', 'Was', 'Expected', 'Lower 99 %', 'Upper 99 %', 'Lower 80 %', 'Upper 80 %'];

/** The chart's numbers, the latest first. */
export function ForecastTable({ rows }: { readonly rows: ChartRows }) {
  const now = Date.now();
  return (
    <div className="mx-4 my-2 h-80 overflow-y-auto" tabIndex={0} role="region" aria-label="Values, table">
      <table className="w-full text-sm">
        <thead className="sticky top-0 bg-bg text-xs text-soft">
          <tr>
            {columns.map((title, i) => (
              <th
                key={title}
                scope="col"
                className={`h-7 font-medium ${i === 0 ? 'text-left' : 'text-right'}`}
              >
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.times
            .map((time, i) => ({ time, i }))
            .reverse()
            .map(({ time, i }) => (
              <tr key={time} className="border-t border-line">
                <th scope="row" className="figure h-7 text-left font-normal whitespace-nowrap">
                  {shortTime(time, now)}
                </th>
                {[rows.actual, rows.expected, rows.lower99, rows.upper99, rows.lower80, rows.upper80].map(
                  (values, column) => (
                    <td key={columns[column]} className="figure text-right whitespace-nowrap">
                      {figure(values[i] ?? null)}
                    </td>
                  ),
                )}
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
