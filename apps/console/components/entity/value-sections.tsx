'use client';
import type { Entity } from '@tidewatch/api/schemas';
import type { Json } from '@tidewatch/event';
import { useTopValues } from '../../api/events.ts';
import { entityHref, telling } from '../../view/entity.ts';
import { count } from '../../view/quantity.ts';
import { valueText } from '../../view/value.ts';
import { ValueMenu } from '../filter/value-menu.tsx';
import { HealthSection } from '../health/health-section.tsx';

/** What its events of the last week say most often, by field. */
export function ValueSections({ entity }: { readonly entity: Entity }) {
  return (
    <HealthSection id="values" title="Most frequent values in its events of seven days">
      <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {telling[entity.field].map((field) => (
          <Values key={field} field={field} query={entity.query} />
        ))}
      </div>
    </HealthSection>
  );
}

function Values({ field, query }: { readonly field: string; readonly query: string }) {
  const { data, error } = useTopValues(field, { q: query, from: 'now-7d', to: 'now' }, true);
  const values = data?.values.filter(({ value }) => value !== null) ?? [];
  return (
    <section className="rounded-lg border border-line bg-panel px-3 py-2">
      <h3 className="mb-1 font-mono text-xs text-soft">{field}</h3>
      {error !== null && data === undefined ? (
        <p role="alert" className="text-sm text-bad">
          {error.message}
        </p>
      ) : data === undefined ? (
        <div className="skeleton h-16" role="status" aria-label={`Loading ${field}`} />
      ) : values.length === 0 ? (
        <p className="text-sm text-soft">No event of these days has it.</p>
      ) : (
        <ul className="text-sm">
          {values.map(({ value, count: times }) => (
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
      )}
    </section>
  );
}
