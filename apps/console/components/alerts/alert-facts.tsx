'use client';
import type { AlertDetail } from '@tidewatch/api/schemas';
import { duration } from '../../view/moment.ts';
import { plural } from '../../view/quantity.ts';
import { type OnFilter, ValueMenu } from '../filter/value-menu.tsx';
import { Fact, Facts } from '../ui/facts.tsx';
import { Time } from '../ui/time.tsx';
import { useNow } from '../ui/use-now.ts';

const finality: Readonly<Record<AlertDetail['finality'], string>> = {
  provisional: 'Provisional: late events may still join',
  confirmed: 'Confirmed: its time is over, the count is final',
  amended: 'Amended by events that came late',
  withdrawn: 'Withdrawn: late events took its reason away',
};

/** Whom, how often, when, and how firm. */
export function AlertFacts({
  alert,
  onFilter,
}: {
  readonly alert: AlertDetail;
  readonly onFilter: OnFilter;
}) {
  const now = useNow();
  return (
    <Facts>
      {alert.key.map(({ field, value }) => (
        <Fact key={field} name={field}>
          <ValueMenu
            field={field}
            value={value}
            onFilter={onFilter}
            className="-ml-1 font-mono text-xs break-all"
          >
            {value}
          </ValueMenu>
        </Fact>
      ))}
      <Fact name="Matches">
        <span className="figure">
          {plural(alert.count, 'match', 'matches')}
          {alert.first !== alert.last && ` in ${duration(alert.last - alert.first)}`}
          {alert.count > 1 && ', joined into this one alert'}
          {alert.sinceClosed > 0 && `, ${alert.sinceClosed} since it was closed`}
        </span>
      </Fact>
      <Fact name="When">
        <Time at={alert.first} now={now} />
        {alert.first !== alert.last && (
          <>
            {' – '}
            <Time at={alert.last} now={now} />
          </>
        )}
      </Fact>
      <Fact name="State">{finality[alert.finality]}</Fact>
      <Fact name="Data class">
        <code className="font-mono text-xs">{alert.dataClass}</code>
      </Fact>
    </Facts>
  );
}
