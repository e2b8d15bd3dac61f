'use client';
import type { Entity } from '@tidewatch/api/schemas';
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
import { TextLink } from '../ui/link.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Shown } from '../ui/shown.tsx';
import { EmptyState } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { useNow } from '../ui/use-now.ts';
import { RiskSection } from './risk-section.tsx';
import { ValueSections } from './value-sections.tsx';

/** One host, user or address: how risky it is and why, and what it does. */
export function EntityPage() {
  const [named, setNamed] = useQueryStates(
    { 'host.name': parseAsString, 'user.name': parseAsString, 'source.ip': parseAsString },
    { history: 'push' },
  );
  const field = kinds.find((kind) => named[kind.field])?.field;
  const value = field === undefined ? '' : (named[field] ?? '');
  const query = useEntity(field === undefined ? undefined : { field, value });
  const page = useTableKeys(query.refetch);
  if (field === undefined)
    return (
      <LookUp
        onLook={(kind, text) =>
          void setNamed({ 'host.name': null, 'user.name': null, 'source.ip': null, [kind]: text })
        }
      />
    );
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <Shown query={query} what={value} rows={12}>
        {(data) => (
          <div
            ref={page}
            className="min-h-0 flex-1 overflow-y-auto"
            tabIndex={0}
            role="region"
            aria-label="Entity"
          >
            <div className="mx-auto flex max-w-7xl flex-col gap-6 p-4">
              <Heading entity={data} />
              <RiskSection entity={data} />
              <ValueSections entity={data} />
            </div>
          </div>
        )}
      </Shown>
    </div>
  );
}

/** Who it is, and the figures of it. */
function Heading({ entity }: { readonly entity: Entity }) {
  const now = useNow();
  const q = encodeURIComponent(entity.query);
  const facts = [
    { label: 'Risk, of 100', value: entity.risk.score.toFixed(0), note: riskWord(entity.risk.score) },
    { label: 'Alerts, 14 days', value: count(entity.risk.alerts) },
    { label: 'Events kept', value: count(entity.events) },
    { label: 'First seen', value: entity.first === null ? 'never' : <Time at={entity.first} now={now} /> },
    {
      label: 'Last seen',
      value: entity.last === null ? 'never' : <Time at={entity.last} now={now} />,
      ...(entity.last === null ? {} : { note: ago(entity.last, now) }),
    },
  ];
  return (
    <>
      <header className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <h2 className="text-lg font-semibold break-all">
          <span className="font-normal text-soft">{kindOf(entity.field)}</span> {visible(entity.value)}
        </h2>
        <TextLink href={`/alerts?q=${q}&status=all&from=now-14d`}>Its alerts</TextLink>
        <TextLink href={`/events?q=${q}&from=now-7d`}>Its events</TextLink>
        <TextLink href="/entity">Look for another</TextLink>
      </header>
      <dl className="flex flex-wrap gap-px overflow-hidden rounded-lg border border-line bg-line">
        {facts.map(({ label, value: shown, note }) => (
          <div key={label} className="flex flex-1 basis-40 flex-col-reverse bg-panel px-4 py-2.5">
            <dt className="text-xs text-soft">{label}</dt>
            <dd className="figure text-lg font-semibold whitespace-nowrap">
              {shown}
              {note !== undefined && <span className="ml-2 text-sm font-normal text-soft">{note}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </>
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
