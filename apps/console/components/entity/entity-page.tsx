'use client';
import { ScanSearch } from 'lucide-react';
import { parseAsString, useQueryStates } from 'nuqs';
import { useState } from 'react';
import { type EntityField, useEntity } from '../../api/entities.ts';
import { kindOf, kinds, riskWord } from '../../view/entity.ts';
import { ago } from '../../view/moment.ts';
import { count } from '../../view/quantity.ts';
import { visible } from '../../view/value.ts';
import { useTableKeys } from '../grid/use-table-keys.ts';
import { Button } from '../ui/button.tsx';
import { Link } from '../ui/link.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { EmptyState, ProblemState, SkeletonRows, StaleNote } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { useNow } from '../ui/use-now.ts';
import { RiskSection } from './risk-section.tsx';
import { ValueSections } from './value-sections.tsx';

const linkClass =
  'inline-flex min-h-7 items-center text-accent underline decoration-accent/50 underline-offset-2';

/** One host, user or address: how risky it is and why, and what it does. */
export function EntityPage() {
  const [named, setNamed] = useQueryStates(
    { 'host.name': parseAsString, 'user.name': parseAsString, 'source.ip': parseAsString },
    { history: 'push' },
  );
  const field = kinds.find((kind) => named[kind.field])?.field;
  const value = field === undefined ? '' : (named[field] ?? '');
  const { data, error, refetch } = useEntity(field === undefined ? undefined : { field, value });
  const now = useNow();
  const page = useTableKeys(refetch);
  if (field === undefined)
    return (
      <LookUp
        onLook={(kind, text) =>
          void setNamed({ 'host.name': null, 'user.name': null, 'source.ip': null, [kind]: text })
        }
      />
    );
  if (data === undefined)
    return error === null ? (
      <SkeletonRows label={`Loading ${value}`} />
    ) : (
      <ProblemState error={error} what={value} onRetry={() => void refetch()} />
    );
  const q = encodeURIComponent(data.query);
  const facts = [
    { label: 'Risk, of 100', value: data.risk.score.toFixed(0), note: riskWord(data.risk.score) },
    { label: 'Alerts, 14 days', value: count(data.risk.alerts) },
    { label: 'Events kept', value: count(data.events) },
    { label: 'First seen', value: data.first === null ? 'never' : <Time at={data.first} now={now} /> },
    {
      label: 'Last seen',
      value: data.last === null ? 'never' : <Time at={data.last} now={now} />,
      ...(data.last === null ? {} : { note: ago(data.last, now) }),
    },
  ];
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {error !== null && <StaleNote error={error} onRetry={() => void refetch()} />}
      <div
        ref={page}
        className="min-h-0 flex-1 overflow-y-auto"
        tabIndex={0}
        role="region"
        aria-label="Entity"
      >
        <div className="mx-auto flex max-w-7xl flex-col gap-6 p-4">
          <header className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
            <h2 className="text-lg font-semibold break-all">
              <span className="font-normal text-soft">{kindOf(data.field)}</span> {visible(data.value)}
            </h2>
            <Link className={linkClass} href={`/alerts?q=${q}&status=all&from=now-14d`}>
              Its alerts
            </Link>
            <Link className={linkClass} href={`/events?q=${q}&from=now-7d`}>
              Its events
            </Link>
            <Link className={linkClass} href="/entity">
              Look for another
            </Link>
          </header>
          <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-3 lg:grid-cols-5">
            {facts.map(({ label, value: shown, note }) => (
              <div key={label} className="flex flex-col-reverse bg-panel px-4 py-2.5">
                <dt className="text-xs text-soft">{label}</dt>
                <dd className="figure text-lg font-semibold whitespace-nowrap">
                  {shown}
                  {note !== undefined && <span className="ml-2 text-sm font-normal text-soft">{note}</span>}
                </dd>
              </div>
            ))}
          </dl>
          <RiskSection entity={data} />
          <ValueSections entity={data} />
        </div>
      </div>
    </div>
  );
}

function LookUp({ onLook }: { readonly onLook: (field: EntityField, value: string) => void }) {
  const [field, setField] = useState<EntityField>('host.name');
  const [value, setValue] = useState('');
  return (
    <EmptyState icon={<ScanSearch size={28} aria-hidden />} title="Which host, user or address?">
      <form
        className="flex flex-wrap items-center justify-center gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (value.trim() !== '') onLook(field, value.trim());
        }}
      >
        <Segmented
          label="Kind"
          value={field}
          onChange={setField}
          choices={kinds.map((kind) => ({ value: kind.field, label: kind.label }))}
        />
        <input
          value={value}
          onChange={(event) => setValue(event.target.value)}
          aria-label="Its name or address"
          placeholder="As events write it"
          maxLength={1_024}
          className="h-8 w-64 rounded-md border border-line bg-panel px-2 text-sm text-ink outline-none focus-visible:border-accent"
        />
        <Button look="primary" type="submit" disabled={value.trim() === ''}>
          Look
        </Button>
      </form>
      <p>A click on such a value in an alert or event leads here, too.</p>
    </EmptyState>
  );
}
