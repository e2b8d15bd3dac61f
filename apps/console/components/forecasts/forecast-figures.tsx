import type { ForecastRow } from '@tidewatch/api/schemas';
import type { ReactNode } from 'react';
import { errorWords, figure, methodWords, percent, seasonWords } from '../../view/forecast.ts';
import { ago } from '../../view/moment.ts';
import { count } from '../../view/quantity.ts';
import { Time } from '../ui/time.tsx';
import { useNow } from '../ui/use-now.ts';

/** What is expected at some times ahead, how good that was so far, and how it was made. */
export function ForecastFigures({ forecast }: { readonly forecast: ForecastRow }) {
  const now = useNow(15_000);
  const { coverage, relativeError, breach, limit } = forecast;
  return (
    <div className="grid gap-x-8 gap-y-4 px-4 py-4 md:grid-cols-2 xl:grid-cols-3">
      <Facts title="Ahead">
        {(['in1h', 'in4h', 'in24h'] as const).map((horizon) => {
          const { expected, lower80, upper80 } = forecast[horizon];
          return (
            <Fact key={horizon} name={`in ${horizon.slice(2).replace('h', ' h')}`}>
              {expected === null ? 'not known yet' : figure(expected)}{' '}
              {lower80 !== null && upper80 !== null && (
                <span className="text-soft">
                  ({figure(lower80)} to {figure(upper80)})
                </span>
              )}
            </Fact>
          );
        })}
        <Fact name="limit">{limit === null ? 'none' : figure(limit)}</Fact>
        {limit !== null && (
          <Fact name="reached">
            {breach.likely !== null ? (
              <span className="text-bad">
                {breach.likely <= now ? (
                  'passed now'
                ) : (
                  <>
                    <Time at={breach.likely} now={now} /> ({ago(breach.likely, now)})
                  </>
                )}
              </span>
            ) : breach.soonest !== null ? (
              <span className="text-warn">
                <Time at={breach.soonest} now={now} /> at the soonest
              </span>
            ) : (
              'not within a day'
            )}
          </Fact>
        )}
      </Facts>
      <Facts title="How good it was">
        <Fact name="in the 99 % band, last day">{percent(coverage.level99['1d'])}</Fact>
        <Fact name="last week">{percent(coverage.level99['7d'])}</Fact>
        <Fact name="in the 80 % band, last week">
          {percent(coverage.level80['7d'] ?? coverage.level80['1d'])}
        </Fact>
        <Fact name="error 1 h ahead">{errorWords(relativeError, 'in1h')}</Fact>
        <Fact name="error 24 h ahead">{errorWords(relativeError, 'in24h')}</Fact>
      </Facts>
      <Facts title="How it was made">
        <Fact name="method">{methodWords(forecast.method)}</Fact>
        <Fact name="season">{seasonWords(forecast.season)}</Fact>
        <Fact name="values">{count(forecast.values)}</Fact>
        <Fact name="last value">
          {forecast.lastSample === null ? '–' : <Time at={forecast.lastSample} now={now} />}
        </Fact>
        <Fact name="forecast made">
          {forecast.lastFit === null ? '–' : <Time at={forecast.lastFit} now={now} />}
        </Fact>
      </Facts>
    </div>
  );
}

function Facts({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div>
      <h3 className="mb-1 text-sm font-semibold">{title}</h3>
      <dl className="text-sm">{children}</dl>
    </div>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="flex min-h-7 items-center justify-between gap-3 border-t border-line">
      <dt className="text-soft">{name}</dt>
      <dd className="figure text-right">{children}</dd>
    </div>
  );
}
