'use client';
import { usePrevalence } from '../../api/alert-context.ts';
import { hostsText, isRare, rareSentence } from '../../view/prevalence.ts';
import { count } from '../../view/quantity.ts';
import { visible } from '../../view/value.ts';
import { type OnFilter, ValueMenu } from '../filter/value-menu.tsx';
import { FactTable } from '../health/health-section.tsx';
import { Section } from '../ui/section.tsx';
import { Shown } from '../ui/shown.tsx';
import { WhenSeen } from '../ui/when-seen.tsx';

interface PrevalenceProps {
  readonly alert: string;
  readonly match: string;
  readonly onFilter: OnFilter;
}

/** How often the values that a match rests on came in the last days: what is rare tells most. */
export function PrevalenceSection(props: PrevalenceProps) {
  return (
    <Section title="How usual its values are" aside="last 30 days, rarest first">
      <WhenSeen label="How usual its values are follows">
        <Prevalence {...props} />
      </WhenSeen>
    </Section>
  );
}

function Prevalence({ alert, match, onFilter }: PrevalenceProps) {
  return (
    <Shown query={usePrevalence(alert, match)} what="How usual its values are">
      {(told) => {
        const rare = rareSentence(told);
        return (
          <div className="flex flex-col gap-2 text-sm">
            {rare !== undefined && <p className="font-medium wrap-anywhere">{visible(rare)}</p>}
            <FactTable
              label="Values"
              rows={told.values}
              rowKey={({ field, value }) => `${field} ${value}`}
              empty={
                told.late.length > 0
                  ? 'Nothing could be counted in time.'
                  : 'It rests on no value that other events could have as well, only on their text.'
              }
              columns={[
                {
                  title: 'Value',
                  cell: ({ field, value }) => (
                    <span className="block py-1 wrap-anywhere">
                      <span className="block text-xs text-soft">{visible(field)}</span>
                      <ValueMenu
                        field={field}
                        value={value}
                        onFilter={onFilter}
                        className="-ml-1 line-clamp-2 font-mono text-xs"
                      >
                        {value}
                      </ValueMenu>
                    </span>
                  ),
                },
                {
                  title: 'Events',
                  right: true,
                  cell: (one) => (
                    <span className={isRare(one) ? 'font-semibold text-warn' : ''}>
                      {isRare(one) && <span className="mr-1 text-xs">rare </span>}
                      {count(one.events)}
                    </span>
                  ),
                },
                { title: 'Hosts', right: true, cell: hostsText },
                { title: 'Days', right: true, cell: ({ days }) => `${days} of ${told.days}` },
              ]}
            />
            {told.late.length > 0 && told.values.length > 0 && (
              <p className="text-soft">Not counted in time: {told.late.map(visible).join(', ')}.</p>
            )}
          </div>
        );
      }}
    </Shown>
  );
}
