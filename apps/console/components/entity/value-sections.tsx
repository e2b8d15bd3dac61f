'use client';
import type { Entity } from '@tidewatch/api/schemas';
import type { Json } from '@tidewatch/event';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { useTopValues, type ValueOrder } from '../../api/events.ts';
import { entityHref, telling } from '../../view/entity.ts';
import { count } from '../../view/quantity.ts';
import { valueText } from '../../view/value.ts';
import { ValueMenu } from '../filter/value-menu.tsx';
import { HealthSection } from '../health/health-section.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Shown } from '../ui/shown.tsx';

const orders = [
  { value: 'rare', label: 'Rarest' },
  { value: 'frequent', label: 'Most frequent' },
] as const satisfies readonly { readonly value: ValueOrder; readonly label: string }[];

/** What its events of the last week seldom say, or say most often, by field. */
export function ValueSections({ entity }: { readonly entity: Entity }) {
  const [order, setOrder] = useQueryState(
    'values',
    parseAsStringLiteral(['rare', 'frequent'] as const).withDefault('rare'),
  );
  return (
    <HealthSection
      id="values"
      title="Values in its events of seven days"
      aside={<Segmented label="Order" value={order} onChange={(to) => void setOrder(to)} choices={orders} />}
    >
      <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {telling[entity.field].map((field) => (
          <Values key={field} field={field} query={entity.query} order={order} />
        ))}
      </div>
    </HealthSection>
  );
}

function Values({
  field,
  query,
  order,
}: {
  readonly field: string;
  readonly query: string;
  readonly order: ValueOrder;
}) {
  const found = useTopValues(field, { q: query, from: 'now-7d', to: 'now' }, true, order);
  return (
    <section className="rounded-lg border border-line bg-panel px-3 py-2">
      <h3 className="mb-1 font-mono text-xs text-soft">{field}</h3>
      <Shown query={found} what={`Values of ${field}`}>
        {({ values }) => {
          const named = values.filter(({ value }) => value !== null);
          return named.length === 0 ? (
            <p className="text-sm text-soft">No event of these days has it.</p>
          ) : (
            <ul className="text-sm">
              {named.map(({ value, count: times }) => (
                <li key={valueText(value)} className="flex items-center gap-2">
                  <ValueMenu
                    field={field}
                    value={value as Json}
                    className={`min-w-0 truncate ${entityHref(field, value) === undefined ? '' : 'text-accent'}`}
                  >
                    {valueText(value)}
                  </ValueMenu>
                  <span className="figure ml-auto text-soft">{count(times)}</span>
                </li>
              ))}
            </ul>
          );
        }}
      </Shown>
    </section>
  );
}
